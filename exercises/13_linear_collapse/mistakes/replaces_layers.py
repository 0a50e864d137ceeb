"""collapse writes its results into the caller's list."""


def collapse(layers):
    for i in range(1, len(layers)):
        (W, b), (W_next, b_next) = layers[i - 1], layers[i]
        layers[i] = (W_next @ W, W_next @ b + b_next)
    return layers[-1]
