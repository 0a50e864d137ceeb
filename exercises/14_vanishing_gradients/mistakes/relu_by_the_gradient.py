"""ReLU's slope is 1 where Z > 0, whatever the sign of the gradient that arrives."""

import numpy as np


def gradient_norms(X, grad_Y, weights, biases, activation):
    A, Zs = X, []
    for W, b in zip(weights, biases, strict=True):
        Zs.append(A @ W.T + b)
        A = apply(activation, Zs[-1])
    gradient = grad_Y
    norms = [np.linalg.norm(gradient)]
    for W, Z in zip(weights[:0:-1], Zs[-2::-1], strict=True):
        gradient = gradient @ W
        slope = gradient > 0 if activation == "relu" else derivative(activation, Z)
        gradient = gradient * slope
        norms.append(np.linalg.norm(gradient))
    return norms[::-1]
