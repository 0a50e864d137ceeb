"""collapse takes only two layers (does the return stand in the loop?)."""

import numpy as np


def linear_forward(X, layers):
    Z = X
    for W, b in layers:
        Z = Z @ W.T + b
    return Z


def relu_forward(X, layers):
    A = X
    for W, b in layers[:-1]:
        A = np.maximum(A @ W.T + b, 0)
    W, b = layers[-1]
    return A @ W.T + b


def collapse(layers):
    if len(layers) == 1:
        return layers[0]
    (W1, b1), (W2, b2) = layers[:2]
    return W2 @ W1, W2 @ b1 + b2


def counterexample():
    one = (np.array([[1.0]]), np.array([0.0]))  # two of these are relu(x), which bends at 0
    return [one, one], np.array([-1.0]), np.array([1.0])
