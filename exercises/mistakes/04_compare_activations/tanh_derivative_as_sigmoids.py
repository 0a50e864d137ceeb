"""The derivative of tanh is written as that of sigmoid, A (1 - A)."""

import numpy as np


def tanh_derivative(Z):
    A = np.tanh(Z)
    return A * (1 - A)
