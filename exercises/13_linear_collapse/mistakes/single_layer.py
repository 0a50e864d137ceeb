"""The counterexample has a single layer, and so no ReLU."""

import numpy as np


def counterexample():
    one = (np.array([[1.0]]), np.array([0.0]))
    return [one], np.array([-1.0]), np.array([1.0])
