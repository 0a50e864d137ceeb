"""The derivative of sigmoid is A (1 - A): the A within the parentheses is not squared."""

import numpy as np


def sigmoid_derivative(Z):
    A = (1 + np.tanh(Z / 2)) / 2
    return A * (1 - A**2)
