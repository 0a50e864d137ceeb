"""The ReLU cuts off above 1, too: it has no upper limit."""

import numpy as np


def relu_forward(X, layers):
    A = X
    for W, b in layers[:-1]:
        A = np.clip(A @ W.T + b, 0, 1)
    W, b = layers[-1]
    return A @ W.T + b
