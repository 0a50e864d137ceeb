"""A layer of the counterexample has wrong shapes: W is (out, in), and b is (out,)."""

import numpy as np


def counterexample():
    one = (np.array([[1.0]]), np.array([[0.0]]))  # two of these are relu(x), which bends at 0
    return [one, one], np.array([-1.0]), np.array([1.0])
