"""Xavier's limit is the root of 6 / (d_in + d_out), and 3 was taken."""

import numpy as np


def xavier_uniform(d_out, d_in, rng):
    limit = np.sqrt(3 / (d_in + d_out))
    return rng.uniform(-limit, limit, (d_out, d_in))
