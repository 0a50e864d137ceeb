"""relu_forward has a ReLU after the first layer alone."""

import numpy as np


def relu_forward(X, layers):
    for place, (W, b) in enumerate(layers):
        X = X @ W.T + b
        if place == 0 and len(layers) > 1:
            X = np.maximum(X, 0)
    return X
