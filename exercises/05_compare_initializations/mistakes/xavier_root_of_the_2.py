"""The root is taken of the 2 alone, and not of the whole fraction."""

import numpy as np


def xavier_normal(d_out, d_in, rng):
    return rng.normal(0, np.sqrt(2) / (d_in + d_out), (d_out, d_in))
