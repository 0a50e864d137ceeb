"""The 6 stands outside of he_uniform's root: it is the root of 6 / d_in."""

import numpy as np


def he_uniform(d_out, d_in, rng):
    limit = 6 / np.sqrt(d_in)
    return rng.uniform(-limit, limit, (d_out, d_in))
