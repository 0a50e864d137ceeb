"""The derivative of tanh is taken at A instead of at Z."""

import numpy as np


def derivative(activation, Z):
    A = apply(activation, Z)
    if activation == "sigmoid":
        return A * (1 - A)
    return 1 - np.tanh(A) ** 2 if activation == "tanh" else (Z > 0).astype(Z.dtype)
