"""The weights are not drawn from rng: the same generator gives different networks."""

from itertools import pairwise

import numpy as np


def repaired_network(sizes, rng):
    weights, biases = [], []
    for d_in, d_out in pairwise(sizes):
        weights.append(np.random.normal(0, np.sqrt(2 / d_in), (d_out, d_in)))
        biases.append(np.zeros(d_out))
    return weights, biases, "relu"
