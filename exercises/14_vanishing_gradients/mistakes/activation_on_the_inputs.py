"""The activation is applied to X, too: the first layer takes X as it is."""

import numpy as np


def gradient_norms(X, grad_Y, weights, biases, activation):
    A, Zs = apply(activation, X), []
    for W, b in zip(weights, biases, strict=True):
        Zs.append(A @ W.T + b)
        A = apply(activation, Zs[-1])
    gradient = grad_Y
    norms = [np.linalg.norm(gradient)]
    for W, Z in zip(weights[:0:-1], Zs[-2::-1], strict=True):
        gradient = gradient @ W * derivative(activation, Z)
        norms.append(np.linalg.norm(gradient))
    return norms[::-1]
