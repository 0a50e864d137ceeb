"""The derivative of tanh is 1 - A², and (1 - A)² was used."""

import numpy as np


def tanh_derivative(Z):
    return (1 - np.tanh(Z)) ** 2
