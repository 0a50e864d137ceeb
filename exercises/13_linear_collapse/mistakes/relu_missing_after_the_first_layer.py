"""relu_forward has no ReLU after the first layer."""

import numpy as np


def relu_forward(X, layers):
    A = X
    for place, (W, b) in enumerate(layers[:-1]):
        A = A @ W.T + b
        if place > 0:
            A = np.maximum(A, 0)
    W, b = layers[-1]
    return A @ W.T + b
