"""The 6 stands outside of xavier_uniform's root: 6 / (d_in + d_out) is below it."""

import numpy as np


def xavier_uniform(d_out, d_in, rng):
    limit = 6 / np.sqrt(d_in + d_out)
    return rng.uniform(-limit, limit, (d_out, d_in))
