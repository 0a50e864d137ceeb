"""Xavier's variance divides by d_in + d_out, and they are multiplied."""

import numpy as np


def xavier_normal(d_out, d_in, rng):
    return rng.normal(0, np.sqrt(2 / (d_in * d_out)), (d_out, d_in))
