"""The norm is taken row by row, and averaged over the examples."""

import numpy as np


def gradient_norms(X, grad_Y, weights, biases, activation):
    A, Zs = X, []
    for W, b in zip(weights, biases, strict=True):
        Zs.append(A @ W.T + b)
        A = apply(activation, Zs[-1])
    gradient = grad_Y
    norms = [np.linalg.norm(gradient, axis=1).mean()]
    for W, Z in zip(weights[:0:-1], Zs[-2::-1], strict=True):
        gradient = gradient @ W * derivative(activation, Z)
        norms.append(np.linalg.norm(gradient, axis=1).mean())
    return norms[::-1]
