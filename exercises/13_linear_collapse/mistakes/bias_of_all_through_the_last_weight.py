"""collapse takes all earlier biases through the last weight alone."""


def collapse(layers):
    W = layers[0][0]
    for W_next, _ in layers[1:]:
        W = W_next @ W
    earlier = [b for _, b in layers[:-1]]
    return W, layers[-1][1] + (layers[-1][0] @ sum(earlier) if earlier else 0)
