"""counterexample returns its points without the layers."""

import numpy as np


def counterexample():
    return np.array([-1.0]), np.array([1.0])
