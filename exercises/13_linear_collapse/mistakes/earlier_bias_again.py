"""collapse adds the earlier bias once more instead of the layer's own."""


def collapse(layers):
    W, b = layers[0]
    for W_next, _ in layers[1:]:
        W, b = W_next @ W, W_next @ b + b
    return W, b
