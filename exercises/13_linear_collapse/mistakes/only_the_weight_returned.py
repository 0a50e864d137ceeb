"""collapse returns W alone: b belongs to it."""


def collapse(layers):
    W, _ = layers[0]
    for W_next, _ in layers[1:]:
        W = W_next @ W
    return W
