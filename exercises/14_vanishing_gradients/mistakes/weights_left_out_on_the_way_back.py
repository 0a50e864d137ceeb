"""On the way back the weights are left out."""

import numpy as np


def gradient_norms(X, grad_Y, weights, biases, activation):
    A, Zs = X, []
    for W, b in zip(weights, biases, strict=True):
        Zs.append(A @ W.T + b)
        A = apply(activation, Zs[-1])
    gradient = grad_Y
    norms = [np.linalg.norm(gradient)]
    for Z in Zs[-2::-1]:
        gradient = gradient * derivative(activation, Z)
        norms.append(np.linalg.norm(gradient))
    return norms[::-1]
