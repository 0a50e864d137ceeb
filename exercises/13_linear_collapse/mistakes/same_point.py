"""The two points of the counterexample are the same."""

import numpy as np


def counterexample():
    one = (np.array([[1.0]]), np.array([0.0]))
    return [one, one], np.array([1.0]), np.array([1.0])
