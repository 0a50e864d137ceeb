"""The first weights are so small that the gradients are, too, and training does not get going."""

import numpy as np


class TwoLayerNetwork(TwoLayerNetwork):
    def __init__(self, hidden, seed):
        generator = np.random.default_rng(seed)
        self.W1 = generator.normal(size=(hidden, 2)) * 0.01
        self.b1 = np.zeros(hidden)
        self.W2 = generator.normal(size=(1, hidden)) * 0.01
        self.b2 = np.zeros(1)
