"""collapse changes a bias of the caller: b += ... works in place."""


def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        b_next += W_next @ b
        W, b = W_next @ W, b_next
    return W, b
