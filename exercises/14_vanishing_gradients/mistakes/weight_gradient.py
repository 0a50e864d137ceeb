"""The norms are those of ∂L/∂W instead of ∂L/∂Z."""

import numpy as np


def gradient_norms(X, grad_Y, weights, biases, activation):
    A, Zs = X, []
    for W, b in zip(weights, biases, strict=True):
        Zs.append(A @ W.T + b)
        A = apply(activation, Zs[-1])
    gradient = grad_Y
    As = [X, *(apply(activation, Z) for Z in Zs[:-1])]
    norms = [np.linalg.norm(gradient.T @ As[-1])]
    for W, Z, A in zip(weights[:0:-1], Zs[-2::-1], As[-2::-1], strict=True):
        gradient = gradient @ W * derivative(activation, Z)
        norms.append(np.linalg.norm(gradient.T @ A))
    return norms[::-1]
