"""The limit of xavier_uniform divides by d_out alone: d_in is missing."""

import numpy as np


def xavier_uniform(d_out, d_in, rng):
    limit = np.sqrt(6 / d_out)
    return rng.uniform(-limit, limit, (d_out, d_in))
