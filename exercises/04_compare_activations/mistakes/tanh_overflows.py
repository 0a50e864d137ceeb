"""tanh from exponentials divides inf by inf for large entries: np.tanh does not."""

import numpy as np


def tanh(Z):
    return (np.exp(Z) - np.exp(-Z)) / (np.exp(Z) + np.exp(-Z))
