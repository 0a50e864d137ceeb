"""√d_in + √d_out is not the root of d_in + d_out: the two are added first."""

import numpy as np


def xavier_uniform(d_out, d_in, rng):
    limit = np.sqrt(6) / (np.sqrt(d_in) + np.sqrt(d_out))
    return rng.uniform(-limit, limit, (d_out, d_in))
