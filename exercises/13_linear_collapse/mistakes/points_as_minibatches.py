"""The points of the counterexample have a wrong shape: it has to be (in,)."""

import numpy as np


def counterexample():
    one = (np.array([[1.0]]), np.array([0.0]))
    return [one, one], np.array([[-1.0]]), np.array([[1.0]])
