"""The functions take d_in first, and d_out comes first."""

import numpy as np


def xavier_normal(d_in, d_out, rng):
    return rng.normal(0, np.sqrt(2 / (d_in + d_out)), (d_out, d_in))


def xavier_uniform(d_in, d_out, rng):
    limit = np.sqrt(6 / (d_in + d_out))
    return rng.uniform(-limit, limit, (d_out, d_in))


def he_normal(d_in, d_out, rng):
    return rng.normal(0, np.sqrt(2 / d_in), (d_out, d_in))


def he_uniform(d_in, d_out, rng):
    limit = np.sqrt(6 / d_in)
    return rng.uniform(-limit, limit, (d_out, d_in))
