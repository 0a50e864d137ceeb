"""The sigmoid has the wrong sign in its exponent: it is 1 / (1 + exp(-z))."""

import numpy as np


class TwoLayerNetwork(TwoLayerNetwork):
    def forward(self, X):
        self.A = np.tanh(X @ self.W1.T + self.b1)
        z = self.A @ self.W2.T + self.b2
        return 1 / (1 + np.exp(z[:, 0]))

    def train(self, X, y):
        losses = []
        for _ in range(200):
            p = self.forward(X)
            losses.append(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
            for name, gradient in self.gradients(X, y).items():
                getattr(self, name)[...] += 1.0 * gradient
        return losses
