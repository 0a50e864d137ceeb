"""collapse takes only two layers (does the return stand in the loop?)."""


def collapse(layers):
    if len(layers) == 1:
        return layers[0]
    (W1, b1), (W2, b2) = layers[:2]
    return W2 @ W1, W2 @ b1 + b2
