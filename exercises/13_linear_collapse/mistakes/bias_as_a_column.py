"""b has two axes: its shape has to be (out,)."""


def collapse(layers):
    W, b = layers[0]
    b = b[:, None]
    for W_next, b_next in layers[1:]:
        W, b = W_next @ W, W_next @ b + b_next[:, None]
    return W, b
