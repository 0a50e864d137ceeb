"""The bias as a sum: each layer's own, times the weights behind it."""

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
    total_b = 0
    for place, (_, b) in enumerate(layers):
        for W, _ in layers[place + 1 :]:
            b = W @ b
        total_b = total_b + b
    total_W = layers[-1][0]
    for W, _ in layers[-2::-1]:
        total_W = total_W @ W
    return total_W, total_b


def counterexample():
    one = (np.array([[1.0]]), np.array([0.0]))  # two of these are relu(x), which bends at 0
    return [one, one], np.array([-1.0]), np.array([1.0])
