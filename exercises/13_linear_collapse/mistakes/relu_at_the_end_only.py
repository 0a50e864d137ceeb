"""relu_forward has a ReLU after the last layer alone."""

import numpy as np


def relu_forward(X, layers):
    return np.maximum(linear_forward(X, layers), 0)
