"""layers.reverse() turns round the caller's list: reversed(layers) does not."""


def collapse(layers):
    layers.reverse()
    W, b = layers[0]
    for W_before, b_before in layers[1:]:
        W, b = W @ W_before, W @ b_before + b
    return W, b
