"""weight and bias are not used in evaluation."""

import numpy as np


class BatchNorm1d(BatchNorm1d):
    def forward(self, X):
        if not self.training:
            deviation = np.sqrt(self.running_var + self.epsilon)
            return (X - self.running_mean) / deviation
        n = len(X)
        mean, variance = X.mean(axis=0), X.var(axis=0)
        self.running_mean += self.momentum * (mean - self.running_mean)
        self.running_var += self.momentum * (variance * n / (n - 1) - self.running_var)
        self.scale = 1 / np.sqrt(variance + self.epsilon)
        self.normalized = (X - mean) * self.scale
        return self.weight * self.normalized + self.bias
