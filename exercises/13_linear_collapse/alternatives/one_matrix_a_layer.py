"""Each layer as one matrix with the bias as a further column."""

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
    whole = np.eye(layers[0][0].shape[1] + 1)
    for W, b in layers:
        matrix = np.zeros((len(b) + 1, W.shape[1] + 1))
        matrix[:-1, :-1], matrix[:-1, -1], matrix[-1, -1] = W, b, 1
        whole = matrix @ whole
    return whole[:-1, :-1], whole[:-1, -1]


def counterexample():
    generator = np.random.default_rng(0)
    sizes = ((4, 3), (5, 4), (2, 5))
    layers = [(generator.normal(size=size), generator.normal(size=size[0])) for size in sizes]
    while True:
        x, y = 5 * generator.normal(size=(2, 3))
        g = relu_forward(np.array([x, y, (x + y) / 2]), layers)
        if abs(g[0] / 2 + g[1] / 2 - g[2]).max() > 0.1:
            return layers, x, y
