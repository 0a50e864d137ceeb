"""The ReLU lets a small share of negative entries through: it has to make them 0."""

import numpy as np


def relu_forward(X, layers):
    A = X
    for W, b in layers[:-1]:
        Z = A @ W.T + b
        A = np.where(Z > 0, Z, 0.01 * Z)
    W, b = layers[-1]
    return A @ W.T + b
