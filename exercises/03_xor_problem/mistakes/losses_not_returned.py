"""train returns nothing: the list of losses is missing."""

import numpy as np


class TwoLayerNetwork(TwoLayerNetwork):
    def train(self, X, y):
        losses = []
        for _ in range(200):
            p = self.forward(X)
            losses.append(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
            for name, gradient in self.gradients(X, y).items():
                getattr(self, name)[...] -= 1.0 * gradient
