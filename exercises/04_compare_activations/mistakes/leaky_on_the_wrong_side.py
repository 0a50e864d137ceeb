"""leaky_relu has its slope on the positive side."""

import numpy as np


def leaky_relu(Z, slope=0.01):
    return np.where(Z > 0, slope * Z, Z)
