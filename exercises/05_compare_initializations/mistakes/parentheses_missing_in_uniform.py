"""6 / d_in + d_out divides by d_in alone: parentheses are missing."""

import numpy as np


def xavier_uniform(d_out, d_in, rng):
    limit = np.sqrt(6 / d_in + d_out)
    return rng.uniform(-limit, limit, (d_out, d_in))
