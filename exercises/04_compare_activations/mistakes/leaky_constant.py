"""leaky_relu returns the slope itself where Z is negative, and not slope times Z."""

import numpy as np


def leaky_relu(Z, slope=0.01):
    return np.where(Z > 0, Z, slope)
