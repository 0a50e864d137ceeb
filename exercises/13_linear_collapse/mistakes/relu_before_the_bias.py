"""relu_forward adds the bias after the ReLU instead of before it."""

import numpy as np


def relu_forward(X, layers):
    A = X
    for W, b in layers[:-1]:
        A = np.maximum(A @ W.T, 0) + b
    W, b = layers[-1]
    return A @ W.T + b
