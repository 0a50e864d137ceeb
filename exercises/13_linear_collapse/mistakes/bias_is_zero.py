"""collapse gives no bias: the one layer has a bias, too."""

import numpy as np


def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W_next @ W, np.zeros_like(b_next)
    return W, b
