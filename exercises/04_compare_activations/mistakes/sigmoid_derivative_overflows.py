"""The derivative of sigmoid divides inf by inf where Z is far below 0."""

import numpy as np


def sigmoid_derivative(Z):
    return np.exp(-Z) / (1 + np.exp(-Z)) ** 2
