"""collapse returns float32, which keeps seven digits only: the arrays are float64."""

import numpy as np


def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W_next @ W, W_next @ b + b_next
    return np.array(W, np.float32), np.array(b, np.float32)
