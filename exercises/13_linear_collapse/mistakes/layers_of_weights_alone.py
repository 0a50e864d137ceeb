"""counterexample returns (layers, x, y), and layers is a list of tuples (W, b)."""

import numpy as np


def counterexample():
    one = (np.array([[1.0]]), np.array([0.0]))  # two of these are relu(x), which bends at 0
    return [one[0], one[0]], np.array([-1.0]), np.array([1.0])
