"""he_normal draws from a uniform distribution."""

import numpy as np


def he_normal(d_out, d_in, rng):
    limit = np.sqrt(6 / d_in)
    return rng.uniform(-limit, limit, (d_out, d_in))
