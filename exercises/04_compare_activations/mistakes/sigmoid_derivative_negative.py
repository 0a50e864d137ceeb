"""The derivative of sigmoid has the wrong sign: it is A (1 - A), never below 0."""

import numpy as np


def sigmoid_derivative(Z):
    A = (1 + np.tanh(Z / 2)) / 2
    return A * (A - 1)
