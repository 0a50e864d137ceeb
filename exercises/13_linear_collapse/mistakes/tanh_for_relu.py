"""relu_forward uses tanh instead of the ReLU."""

import numpy as np


def relu_forward(X, layers):
    A = X
    for W, b in layers[:-1]:
        Z = A @ W.T + b
        A = np.tanh(Z)
    W, b = layers[-1]
    return A @ W.T + b
