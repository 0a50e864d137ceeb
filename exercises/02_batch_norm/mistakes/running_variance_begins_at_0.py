"""running_var begins at 0 instead of 1."""

import numpy as np


class BatchNorm1d(BatchNorm1d):
    def __init__(self, d):
        self.training = True
        self.weight = np.ones(d)
        self.bias = np.zeros(d)
        self.running_mean = np.zeros(d)
        self.running_var = np.zeros(d)
