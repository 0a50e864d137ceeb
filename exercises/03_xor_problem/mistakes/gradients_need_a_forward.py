"""gradients uses what a forward before it kept, and has to call forward itself."""

import numpy as np


class TwoLayerNetwork(TwoLayerNetwork):
    def forward(self, X):
        self.A = np.tanh(X @ self.W1.T + self.b1)
        z = self.A @ self.W2.T + self.b2
        self.p = 1 / (1 + np.exp(-z[:, 0]))
        return self.p

    def gradients(self, X, y):
        grad_z = (self.p - y)[:, None] / len(X)
        grad_Z1 = grad_z @ self.W2 * (1 - self.A**2)
        return {
            "W1": grad_Z1.T @ X,
            "b1": grad_Z1.sum(axis=0),
            "W2": grad_z.T @ self.A,
            "b2": grad_z.sum(axis=0),
        }
