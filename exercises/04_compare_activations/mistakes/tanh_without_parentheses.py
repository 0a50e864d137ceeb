"""tanh lacks the parentheses around its sums: the division comes first."""

import numpy as np


def tanh(Z):
    return np.exp(Z) - np.exp(-Z) / np.exp(Z) + np.exp(-Z)
