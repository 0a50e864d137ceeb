"""train returns squared errors instead of cross-entropies."""

import numpy as np


class TwoLayerNetwork(TwoLayerNetwork):
    def train(self, X, y):
        losses = []
        for _ in range(200):
            p = self.forward(X)
            losses.append(np.mean((p - y) ** 2))
            for name, gradient in self.gradients(X, y).items():
                getattr(self, name)[...] -= 1.0 * gradient
        return losses
