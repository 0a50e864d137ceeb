"""W has the outputs at the unit vectors as its columns: b has to be taken off them."""

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
    inputs = layers[0][0].shape[1]
    b = linear_forward(np.zeros((1, inputs)), layers)[0]
    return linear_forward(np.eye(inputs), layers).T, b


def counterexample():
    one = (np.array([[1.0]]), np.array([0.0]))  # two of these are relu(x), which bends at 0
    return [one, one], np.array([-1.0]), np.array([1.0])
