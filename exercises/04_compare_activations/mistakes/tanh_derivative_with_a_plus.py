"""The derivative of tanh has a minus: 1 - A²."""

import numpy as np


def tanh_derivative(Z):
    return 1 + np.tanh(Z) ** 2
