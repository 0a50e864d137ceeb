"""The losses returned are -(1 - y) log(1 - p) alone: the half y log p is missing."""

import numpy as np


class TwoLayerNetwork(TwoLayerNetwork):
    def train(self, X, y):
        losses = []
        for _ in range(200):
            p = self.forward(X)
            losses.append(-np.mean((1 - y) * np.log(1 - p)))
            for name, gradient in self.gradients(X, y).items():
                getattr(self, name)[...] -= 1.0 * gradient
        return losses
