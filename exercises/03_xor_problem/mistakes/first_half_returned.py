"""The losses returned are -y log p alone: the half (1 - y) log(1 - p) is missing."""

import numpy as np


class TwoLayerNetwork(TwoLayerNetwork):
    def train(self, X, y):
        losses = []
        for _ in range(200):
            p = self.forward(X)
            losses.append(-np.mean(y * np.log(p)))
            for name, gradient in self.gradients(X, y).items():
                getattr(self, name)[...] -= 1.0 * gradient
        return losses
