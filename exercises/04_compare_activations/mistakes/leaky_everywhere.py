"""leaky_relu adds slope times Z where Z is positive, too."""

import numpy as np


def leaky_relu(Z, slope=0.01):
    return np.maximum(Z, 0) + slope * Z
