"""collapse passes on the bias of the layer before alone: all that came before is lost."""


def collapse(layers):
    W, b = layers[0]
    for i in range(1, len(layers)):
        b_before, (W_next, b_next) = layers[i - 1][1], layers[i]
        W, b = W_next @ W, W_next @ b_before + b_next
    return W, b
