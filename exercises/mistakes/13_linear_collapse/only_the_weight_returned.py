"""collapse returns W alone: b belongs to it."""

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
    W, _ = layers[0]
    for W_next, _ in layers[1:]:
        W = W_next @ W
    return W


def counterexample():
    one = (np.array([[1.0]]), np.array([0.0]))  # two of these are relu(x), which bends at 0
    return [one, one], np.array([-1.0]), np.array([1.0])
