"""All weights are 0, and then all units of a layer stay equal."""

import numpy as np


def xavier_uniform(d_out, d_in, rng):
    return np.zeros((d_out, d_in))
