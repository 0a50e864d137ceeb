"""The biases have two axes, b1 (1, hidden) and b2 (1, 1), instead of one."""

import numpy as np


class TwoLayerNetwork(TwoLayerNetwork):
    def __init__(self, hidden, seed):
        generator = np.random.default_rng(seed)
        self.W1 = generator.normal(size=(hidden, 2))
        self.b1 = np.zeros((1, hidden))
        self.W2 = generator.normal(size=(1, hidden)) / np.sqrt(hidden)
        self.b2 = np.zeros((1, 1))
