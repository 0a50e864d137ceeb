"""The sigmoid lacks the parentheses below the line: 1 / (1 + exp(-Z))."""

import numpy as np


def sigmoid(Z):
    return 1 / 1 + np.exp(-Z)


def sigmoid_derivative(Z):
    A = (1 + np.tanh(Z / 2)) / 2
    return A * (1 - A)
