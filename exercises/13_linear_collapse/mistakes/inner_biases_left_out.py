"""collapse leaves out the biases of the layers between the first and the last."""


def collapse(layers):
    W, b = layers[0]
    for W_next, _ in layers[1:]:
        W, b = W_next @ W, W_next @ b
    return W, b + layers[-1][1] if len(layers) > 1 else b
