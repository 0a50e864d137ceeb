"""relu_forward leaves out the first layer."""

import numpy as np


def relu_forward(X, layers):
    A = X
    for W, b in layers[1:-1]:
        A = np.maximum(A @ W.T + b, 0)
    W, b = layers[-1]
    return A @ W.T + b
