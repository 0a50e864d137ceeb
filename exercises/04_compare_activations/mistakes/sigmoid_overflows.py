"""exp(Z) overflows for large entries, and inf / inf is nan."""

import numpy as np


def sigmoid(Z):
    return np.exp(Z) / (1 + np.exp(Z))


def sigmoid_derivative(Z):
    A = 1 / (1 + np.exp(-Z))
    return A * (1 - A)
