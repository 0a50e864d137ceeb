"""He's variance is 2 / d_in, and 1 / d_in was taken."""

import numpy as np


def he_normal(d_out, d_in, rng):
    return rng.normal(0, np.sqrt(1 / d_in), (d_out, d_in))
