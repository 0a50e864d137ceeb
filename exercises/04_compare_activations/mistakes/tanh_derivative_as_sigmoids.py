"""The derivative of tanh is 1 - tanh(Z)², and is written as that of sigmoid, f (1 - f)."""

import numpy as np


def tanh_derivative(Z):
    A = np.tanh(Z)
    return A * (1 - A)
