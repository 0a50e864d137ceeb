"""W1 is (2, hidden) instead of (hidden, 2)."""

import numpy as np


class TwoLayerNetwork(TwoLayerNetwork):
    def __init__(self, hidden, seed):
        generator = np.random.default_rng(seed)
        self.W1 = generator.normal(size=(2, hidden))
        self.b1 = np.zeros(hidden)
        self.W2 = generator.normal(size=(1, hidden)) / np.sqrt(hidden)
        self.b2 = np.zeros(1)

    def forward(self, X):
        self.A = np.tanh(X @ self.W1 + self.b1)
        z = self.A @ self.W2.T + self.b2
        return 1 / (1 + np.exp(-z[:, 0]))

    def gradients(self, X, y):
        p = self.forward(X)
        grad_z = (p - y)[:, None] / len(X)
        grad_Z1 = grad_z @ self.W2 * (1 - self.A**2)
        return {
            "W1": X.T @ grad_Z1,
            "b1": grad_Z1.sum(axis=0),
            "W2": grad_z.T @ self.A,
            "b2": grad_z.sum(axis=0),
        }
