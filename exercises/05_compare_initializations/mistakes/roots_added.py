"""√d_in + √d_out is not the root of d_in + d_out: the two are added first."""

import numpy as np


def xavier_normal(d_out, d_in, rng):
    return rng.normal(0, np.sqrt(2) / (np.sqrt(d_in) + np.sqrt(d_out)), (d_out, d_in))
