"""The output uses tanh instead of the sigmoid."""

import numpy as np


class TwoLayerNetwork(TwoLayerNetwork):
    def forward(self, X):
        self.A = np.tanh(X @ self.W1.T + self.b1)
        z = self.A @ self.W2.T + self.b2
        return np.tanh(z[:, 0])
