"""The derivative of leaky_relu is slope where Z is negative, and not -slope."""

import numpy as np


def leaky_relu_derivative(Z, slope=0.01):
    return np.where(Z > 0, 1.0, -slope)
