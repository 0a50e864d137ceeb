"""On the way back from Z_l to Z_{l-1}, W_{l-1} is used instead of W_l."""

import numpy as np


def gradient_norms(X, grad_Y, weights, biases, activation):
    A, Zs = X, []
    for W, b in zip(weights, biases, strict=True):
        Zs.append(A @ W.T + b)
        A = apply(activation, Zs[-1])
    gradient = grad_Y
    norms = [np.linalg.norm(gradient)]
    for layer in reversed(range(1, len(weights))):
        gradient = gradient @ weights[layer - 1] * derivative(activation, Zs[layer - 1])
        norms.append(np.linalg.norm(gradient))
    return norms[::-1]
