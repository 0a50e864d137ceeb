"""The repaired network still uses the sigmoid, whose derivative is 1/4 at most."""

from itertools import pairwise

import numpy as np


def repaired_network(sizes, rng):
    weights, biases = [], []
    for d_in, d_out in pairwise(sizes):
        weights.append(rng.normal(0, np.sqrt(2 / d_in), (d_out, d_in)))
        biases.append(np.zeros(d_out))
    return weights, biases, "sigmoid"
