"""weight begins at 0, so that the layer's output is 0 and nothing before it learns."""

import numpy as np


class BatchNorm1d(BatchNorm1d):
    def __init__(self, d):
        self.training = True
        self.weight = np.zeros(d)
        self.bias = np.zeros(d)
        self.running_mean = np.zeros(d)
        self.running_var = np.ones(d)
