"""leaky_relu divides by the slope instead of multiplying."""

import numpy as np


def leaky_relu(Z, slope=0.01):
    return np.where(Z > 0, Z, Z / slope)
