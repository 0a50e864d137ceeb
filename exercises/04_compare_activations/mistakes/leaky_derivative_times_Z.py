"""leaky_relu_derivative returns slope times Z where Z is negative."""

import numpy as np


def leaky_relu_derivative(Z, slope=0.01):
    return np.where(Z > 0, 1, slope * Z)
