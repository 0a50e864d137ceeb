"""No unit's ReLU bends between the two points, so that the network is linear there."""

import numpy as np


def counterexample():
    one = (np.array([[1.0]]), np.array([0.0]))
    return [one, one], np.array([1.0]), np.array([3.0])
