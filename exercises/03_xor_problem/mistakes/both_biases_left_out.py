"""forward leaves out both biases."""

import numpy as np


class TwoLayerNetwork(TwoLayerNetwork):
    def forward(self, X):
        self.A = np.tanh(X @ self.W1.T)
        z = self.A @ self.W2.T
        return 1 / (1 + np.exp(-z[:, 0]))
