"""relu_forward returns float32, which keeps seven digits only: the arrays are float64."""

import numpy as np


def relu_forward(X, layers):
    A = X
    for W, b in layers[:-1]:
        A = np.maximum(A @ W.T + b, 0)
    W, b = layers[-1]
    return (A @ W.T + b).astype(np.float32)
