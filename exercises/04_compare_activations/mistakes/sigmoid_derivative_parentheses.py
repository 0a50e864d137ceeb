"""The parentheses are missing in A (1 - A): A * 1 - A is 0."""

import numpy as np


def sigmoid_derivative(Z):
    A = (1 + np.tanh(Z / 2)) / 2
    return A * 1 - A
