"""From the back, collapse multiplies a bias by its own layer's weight, too."""


def collapse(layers):
    W, b = layers[-1]
    for W_before, b_before in layers[-2::-1]:
        W = W @ W_before
        b = W @ b_before + b
    return W, b
