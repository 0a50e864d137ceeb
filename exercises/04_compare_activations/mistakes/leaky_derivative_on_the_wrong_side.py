"""leaky_relu_derivative has its slope on the positive side."""

import numpy as np


def leaky_relu_derivative(Z, slope=0.01):
    return np.where(Z > 0, slope, 1.0)
