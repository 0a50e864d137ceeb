"""he_uniform draws from a normal distribution."""

import numpy as np


def he_uniform(d_out, d_in, rng):
    return rng.normal(0, np.sqrt(2 / d_in), (d_out, d_in))
