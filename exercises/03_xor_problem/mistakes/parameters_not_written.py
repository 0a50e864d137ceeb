"""train computes new parameters and does not store them."""

import numpy as np


class TwoLayerNetwork(TwoLayerNetwork):
    def train(self, X, y):
        losses = []
        for _ in range(200):
            p = self.forward(X)
            losses.append(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
            for name, gradient in self.gradients(X, y).items():
                parameter = getattr(self, name)
                parameter = parameter - gradient
        return losses
