"""relu_derivative is 1 for negative entries, too."""

import numpy as np


def relu_derivative(Z):
    return np.ones_like(Z)
