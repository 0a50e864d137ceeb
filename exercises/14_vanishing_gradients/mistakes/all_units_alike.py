"""All units of a layer begin with the same weights, get the same gradient and stay alike."""

from itertools import pairwise

import numpy as np


def repaired_network(sizes, rng):
    weights, biases = [], []
    for d_in, d_out in pairwise(sizes):
        weights.append(np.tile(np.abs(rng.normal(0, 1 / d_in, d_in)) * 1.25, (d_out, 1)))
        biases.append(np.zeros(d_out))
    return weights, biases, "relu"
