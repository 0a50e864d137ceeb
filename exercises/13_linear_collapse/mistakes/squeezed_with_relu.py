"""relu_forward squeezes its output: with one point or one output an axis is lost."""

import numpy as np


def relu_forward(X, layers):
    A = X
    for W, b in layers[:-1]:
        A = np.maximum(A @ W.T + b, 0)
    W, b = layers[-1]
    return (A @ W.T + b).squeeze()
