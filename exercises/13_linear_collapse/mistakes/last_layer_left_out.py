"""relu_forward leaves out the last layer."""

import numpy as np


def relu_forward(X, layers):
    A = X
    for W, b in layers[:-1]:
        A = np.maximum(A @ W.T + b, 0)
    return A
