"""factor_per_layer returns the logarithm of the factor."""

import numpy as np


def factor_per_layer(norms):
    return np.log(norms[0] / norms[-1]) / (len(norms) - 1)
