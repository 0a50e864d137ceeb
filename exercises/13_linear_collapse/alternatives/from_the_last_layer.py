"""From the last layer to the first."""

import numpy as np


def linear_forward(X, layers):
    Z = X
    for W, b in layers:
        Z = Z @ W.T + b
    return Z


def relu_forward(X, layers):
    for place, (W, b) in enumerate(layers, 1):
        X = X @ W.T + b
        if place < len(layers):
            X = X * (X > 0)
    return X


def collapse(layers):
    W, b = layers[-1]
    for W_before, b_before in reversed(layers[:-1]):
        b = b + W @ b_before
        W = W @ W_before
    return W.copy(), b.copy()


def counterexample():
    one = (np.array([[1.0]]), np.array([0.0]))  # two of these are relu(x), which bends at 0
    return [one, one], np.array([-1.0]), np.array([1.0])
