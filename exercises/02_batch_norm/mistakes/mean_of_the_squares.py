"""The variance is the mean of X² alone: the mean's square is not subtracted."""

import numpy as np


class BatchNorm1d(BatchNorm1d):
    def forward(self, X):
        if not self.training:
            deviation = np.sqrt(self.running_var + self.epsilon)
            return self.weight * (X - self.running_mean) / deviation + self.bias
        n = len(X)
        mean, variance = X.mean(axis=0), (X**2).mean(axis=0)
        self.running_mean += self.momentum * (mean - self.running_mean)
        self.running_var += self.momentum * (variance * n / (n - 1) - self.running_var)
        self.scale = 1 / np.sqrt(variance + self.epsilon)
        self.normalized = (X - mean) * self.scale
        return self.weight * self.normalized + self.bias
