"""The right answer that the mistakes change."""

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
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W_next @ W, W_next @ b + b_next
    return W, b


def counterexample():
    one = (np.array([[1.0]]), np.array([0.0]))  # two of these are relu(x), which bends at 0
    return [one, one], np.array([-1.0]), np.array([1.0])
