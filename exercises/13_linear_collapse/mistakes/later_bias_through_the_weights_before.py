"""collapse multiplies a bias by the weights before it: it goes through those after it."""


def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W_next @ W, W @ b_next + b
    return W, b
