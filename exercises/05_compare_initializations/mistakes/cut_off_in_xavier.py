"""What lies beyond two standard deviations is cut off: that is no normal distribution."""

import numpy as np


def xavier_normal(d_out, d_in, rng):
    deviation = np.sqrt(2 / (d_in + d_out))
    W = rng.normal(0, deviation, (d_out, d_in))
    return np.clip(W, -2 * deviation, 2 * deviation)
