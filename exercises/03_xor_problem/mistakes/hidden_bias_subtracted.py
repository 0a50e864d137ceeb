"""The hidden biases are subtracted instead of being added."""

import numpy as np


class TwoLayerNetwork(TwoLayerNetwork):
    def forward(self, X):
        self.A = np.tanh(X @ self.W1.T - self.b1)
        z = self.A @ self.W2.T + self.b2
        return 1 / (1 + np.exp(-z[:, 0]))
