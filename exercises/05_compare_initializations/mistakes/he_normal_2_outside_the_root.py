"""The 2 stands outside of he_normal's root: it is the root of 2 / d_in."""

import numpy as np


def he_normal(d_out, d_in, rng):
    return rng.normal(0, 2 / np.sqrt(d_in), (d_out, d_in))
