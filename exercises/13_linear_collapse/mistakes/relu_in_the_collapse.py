"""collapse applies a ReLU, which the linear network does not have."""

import numpy as np


def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = np.maximum(W_next @ W, 0), W_next @ b + b_next
    return W, b
