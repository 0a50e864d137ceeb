"""leaky_relu is above 0 where Z is negative: the sign of slope times Z is wrong."""

import numpy as np


def leaky_relu(Z, slope=0.01):
    return np.where(Z > 0, Z, -slope * Z)
