"""relu_forward has a ReLU before the last layer alone."""

import numpy as np


def relu_forward(X, layers):
    Z = linear_forward(X, layers[:-1])
    W, b = layers[-1]
    return (np.maximum(Z, 0) if len(layers) > 1 else Z) @ W.T + b
