"""The sizes of the entries are averaged instead of taking the norm."""

import numpy as np


def gradient_norms(X, grad_Y, weights, biases, activation):
    A, Zs = X, []
    for W, b in zip(weights, biases, strict=True):
        Zs.append(A @ W.T + b)
        A = apply(activation, Zs[-1])
    gradient = grad_Y
    norms = [np.abs(gradient).mean()]
    for W, Z in zip(weights[:0:-1], Zs[-2::-1], strict=True):
        gradient = gradient @ W * derivative(activation, Z)
        norms.append(np.abs(gradient).mean())
    return norms[::-1]
