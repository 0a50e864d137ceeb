"""relu returns |Z|: what is negative has to become 0."""

import numpy as np


def relu(Z):
    return np.abs(Z)
