"""relu_forward has no ReLU before the last layer."""

import numpy as np


def relu_forward(X, layers):
    Z = X
    for place, (W, b) in enumerate(layers):
        Z = Z @ W.T + b
        if place < len(layers) - 2:
            Z = np.maximum(Z, 0)
    return Z
