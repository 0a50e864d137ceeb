"""On the way back to Z_{l-1}, the derivative is taken at Z_l instead of at Z_{l-1}."""

import numpy as np


def gradient_norms(X, grad_Y, weights, biases, activation):
    A, Zs = X, []
    for W, b in zip(weights, biases, strict=True):
        Zs.append(A @ W.T + b)
        A = apply(activation, Zs[-1])
    gradient = grad_Y
    norms = [np.linalg.norm(gradient)]
    for layer in reversed(range(1, len(weights))):
        gradient = gradient @ weights[layer] * derivative(activation, Zs[layer])
        norms.append(np.linalg.norm(gradient))
    return norms[::-1]
