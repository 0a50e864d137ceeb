"""He's variance divides by d_in, and d_out was taken."""

import numpy as np


def he_uniform(d_out, d_in, rng):
    limit = np.sqrt(6 / d_out)
    return rng.uniform(-limit, limit, (d_out, d_in))
