"""The sign in the sigmoid's exponent is turned round: it falls instead of rising."""

import numpy as np


def sigmoid(Z):
    return 1 / (1 + np.exp(Z))
