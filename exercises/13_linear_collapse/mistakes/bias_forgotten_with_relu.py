"""relu_forward does not add the biases."""

import numpy as np


def relu_forward(X, layers):
    A = X
    for W, _ in layers[:-1]:
        A = np.maximum(A @ W.T, 0)
    return A @ layers[-1][0].T
