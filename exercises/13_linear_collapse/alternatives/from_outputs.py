"""W and b read off the outputs at 0 and at the unit vectors."""

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
    inputs = layers[0][0].shape[1]
    outputs = linear_forward(np.vstack([np.zeros(inputs), np.eye(inputs)]), layers)
    return (outputs[1:] - outputs[0]).T, outputs[0]


def counterexample():
    one = (np.array([[1.0]]), np.array([0.0]))  # two of these are relu(x), which bends at 0
    return [one, one], np.array([-1.0]), np.array([1.0])
