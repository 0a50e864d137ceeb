"""From the identity on, by einsum; a bend that is not at 0."""

import numpy as np


def linear_forward(X, layers):
    for W, b in layers:
        X = np.einsum("ni,oi->no", X, W) + b
    return X


def relu_forward(X, layers):
    (W, b), *rest = layers
    Z = X @ W.T + b
    return relu_forward(np.where(Z > 0, Z, 0), rest) if rest else Z


def collapse(layers):
    inputs = layers[0][0].shape[1]
    W, b = np.eye(inputs), np.zeros(inputs)
    for W_next, b_next in layers:
        W = W_next.dot(W)
        b = W_next.dot(b) + b_next
    return W, b


def counterexample():
    layers = (([[2, 1]], [-3]), ([[1], [0.5]], [0, 7]))
    return layers, [0, 0], [4, 0]
