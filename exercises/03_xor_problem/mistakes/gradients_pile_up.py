"""gradients adds to those of earlier calls instead of beginning at 0."""

import numpy as np


class TwoLayerNetwork(TwoLayerNetwork):
    def gradients(self, X, y):
        p = self.forward(X)
        grad_z = (p - y)[:, None] / len(X)
        grad_Z1 = grad_z @ self.W2 * (1 - self.A**2)
        self.kept = getattr(self, "kept", np.zeros(self.W2.shape)) + grad_z.T @ self.A
        return {
            "W1": grad_Z1.T @ X,
            "b1": grad_Z1.sum(axis=0),
            "W2": self.kept,
            "b2": grad_z.sum(axis=0),
        }

    def train(self, X, y):
        losses = []
        for _ in range(200):
            p = self.forward(X)
            losses.append(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
            self.kept = np.zeros(self.W2.shape)
            for name, gradient in self.gradients(X, y).items():
                getattr(self, name)[...] -= 1.0 * gradient
        return losses
