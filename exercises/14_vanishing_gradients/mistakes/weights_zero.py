"""All weights are 0: neither the signal nor the gradient passes."""

from itertools import pairwise

import numpy as np


def repaired_network(sizes, rng):
    weights, biases = [], []
    for d_in, d_out in pairwise(sizes):
        weights.append(np.zeros((d_out, d_in)))
        biases.append(np.zeros(d_out))
    return weights, biases, "relu"
