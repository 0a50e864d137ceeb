"""collapse multiplies a bias by the product of the weights so far, not by the next weight."""


def collapse(layers):
    W, b = layers[0]
    for i in range(1, len(layers)):
        b_before, (W_next, b_next) = layers[i - 1][1], layers[i]
        W = W_next @ W
        b = W @ b_before + b_next
    return W, b
