"""The uniform distribution begins at 0 instead of at minus its limit."""

import numpy as np


def he_uniform(d_out, d_in, rng):
    return rng.uniform(0, np.sqrt(6 / d_in), (d_out, d_in))
