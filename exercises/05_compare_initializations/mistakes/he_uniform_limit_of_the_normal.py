"""The standard deviation is taken for the limit, which is the root of 3 times as large."""

import numpy as np


def he_uniform(d_out, d_in, rng):
    limit = np.sqrt(2 / d_in)
    return rng.uniform(-limit, limit, (d_out, d_in))
