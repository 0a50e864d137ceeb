"""exp(-Z) / (1 + exp(-Z)) lacks the square below the line, (1 + exp(-Z))²."""

import numpy as np


def sigmoid_derivative(Z):
    with np.errstate(over="ignore"):
        return np.exp(-Z) / (1 + np.exp(-Z))
