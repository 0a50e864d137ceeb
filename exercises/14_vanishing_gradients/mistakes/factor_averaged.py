"""factor_per_layer takes the mean of the ratios of neighbours; r is a root of their product."""

import numpy as np


def factor_per_layer(norms):
    return np.mean(np.array(norms[:-1]) / np.array(norms[1:]))
