"""collapse multiplies the weights in the wrong order: the later layer is on the left."""


def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W @ W_next, W_next @ b + b_next
    return W, b
