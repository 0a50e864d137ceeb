"""The ReLU returns at least 1: its other argument has to be 0."""

import numpy as np


def relu_forward(X, layers):
    A = X
    for W, b in layers[:-1]:
        Z = A @ W.T + b
        A = np.maximum(Z, 1)
    W, b = layers[-1]
    return A @ W.T + b
