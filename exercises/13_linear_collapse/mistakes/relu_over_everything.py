"""np.max takes the largest entry of all: entry by entry is np.maximum."""

import numpy as np


def relu_forward(X, layers):
    A = X
    for W, b in layers[:-1]:
        Z = A @ W.T + b
        A = np.ones_like(Z) * max(np.max(Z), 0)
    W, b = layers[-1]
    return A @ W.T + b
