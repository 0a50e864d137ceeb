"""The statistics are taken of each row instead of each column, as in layer normalization."""

import numpy as np


class BatchNorm1d(BatchNorm1d):
    def forward(self, X):
        if not self.training:
            deviation = np.sqrt(self.running_var + self.epsilon)
            return self.weight * (X - self.running_mean) / deviation + self.bias
        n = len(X)
        mean, variance = X.mean(axis=1, keepdims=True), X.var(axis=1, keepdims=True)
        pass
        pass
        self.scale = 1 / np.sqrt(variance + self.epsilon)
        self.normalized = (X - mean) * self.scale
        return self.weight * self.normalized + self.bias
