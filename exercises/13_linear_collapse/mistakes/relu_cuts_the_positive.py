"""The ReLU keeps the negative entries instead of the positive ones."""

import numpy as np


def relu_forward(X, layers):
    A = X
    for W, b in layers[:-1]:
        Z = A @ W.T + b
        A = np.minimum(Z, 0)
    W, b = layers[-1]
    return A @ W.T + b
