"""The fraction of tanh is upside down: the difference of the exponentials stands above."""

import numpy as np


def tanh(Z):
    return (np.exp(Z) + np.exp(-Z)) / (np.exp(Z) - np.exp(-Z))
