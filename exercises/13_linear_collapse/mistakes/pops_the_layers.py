"""pop takes a layer out of the caller's list, which has to stay as it was."""


def collapse(layers):
    W, b = layers.pop(0)
    while layers:
        W_next, b_next = layers.pop(0)
        W, b = W_next @ W, W_next @ b + b_next
    return W, b
