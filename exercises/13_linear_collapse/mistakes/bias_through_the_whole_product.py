"""collapse multiplies a bias by the product of the weights so far, not by the next weight."""


def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W = W_next @ W
        b = W @ b + b_next
    return W, b
