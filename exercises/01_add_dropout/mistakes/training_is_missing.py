"""A new Dropout does not begin in training: self.training is False or missing."""

import numpy as np


class Dropout(Dropout):
    def __init__(self, p):
        self.p = p
        self.training = False
        self.generator = np.random.default_rng()
