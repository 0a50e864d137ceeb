"""The ReLU turns negative entries positive instead of making them 0."""

import numpy as np


def relu_forward(X, layers):
    A = X
    for W, b in layers[:-1]:
        Z = A @ W.T + b
        A = np.abs(Z)
    W, b = layers[-1]
    return A @ W.T + b
