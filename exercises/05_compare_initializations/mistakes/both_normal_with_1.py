"""Both normal distributions have half the variance: each variance has a 2 above the line."""

import numpy as np


def xavier_normal(d_out, d_in, rng):
    return rng.normal(0, np.sqrt(1 / (d_in + d_out)), (d_out, d_in))


def he_normal(d_out, d_in, rng):
    return rng.normal(0, np.sqrt(1 / d_in), (d_out, d_in))
