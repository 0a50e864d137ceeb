"""relu_forward applies a ReLU to X as well."""

import numpy as np


def relu_forward(X, layers):
    A = X
    for W, b in layers:
        A = np.maximum(A, 0) @ W.T + b
    return A
