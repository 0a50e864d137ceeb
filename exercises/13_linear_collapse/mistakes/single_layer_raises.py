"""collapse cannot take a single layer (np.linalg.multi_dot needs two)."""

import numpy as np


def collapse(layers):
    W = np.linalg.multi_dot([W for W, _ in layers[::-1]])
    return W, linear_forward(np.zeros((1, W.shape[1])), layers)[0]
