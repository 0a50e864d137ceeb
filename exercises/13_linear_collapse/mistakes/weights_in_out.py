"""The weights of the counterexample are (in, out): they have to be (out, in)."""

import numpy as np


def counterexample():
    first = (np.array([[1.0, 1.0]]), np.array([0.0, 0.0]))
    second = (np.array([[1.0], [1.0]]), np.array([0.0]))
    return [first, second], np.array([-1.0]), np.array([1.0])
