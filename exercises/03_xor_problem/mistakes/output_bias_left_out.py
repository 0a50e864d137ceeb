"""forward leaves out the output's bias."""

import numpy as np


class TwoLayerNetwork(TwoLayerNetwork):
    def forward(self, X):
        self.A = np.tanh(X @ self.W1.T + self.b1)
        z = self.A @ self.W2.T
        return 1 / (1 + np.exp(-z[:, 0]))
