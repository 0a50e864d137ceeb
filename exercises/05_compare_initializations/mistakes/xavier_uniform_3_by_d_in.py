"""The limit of xavier_uniform divides by d_in alone: d_out is missing."""

import numpy as np


def xavier_uniform(d_out, d_in, rng):
    limit = np.sqrt(3 / d_in)
    return rng.uniform(-limit, limit, (d_out, d_in))
