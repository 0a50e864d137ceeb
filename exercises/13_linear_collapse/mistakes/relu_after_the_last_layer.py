"""relu_forward has a ReLU after the last layer, too."""

import numpy as np


def relu_forward(X, layers):
    A = X
    for W, b in layers:
        A = np.maximum(A @ W.T + b, 0)
    return A
