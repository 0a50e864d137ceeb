"""Evaluation normalizes by the minibatch's own statistics instead of the running ones."""

import numpy as np


class BatchNorm1d(BatchNorm1d):
    def forward(self, X):
        if not self.training:
            deviation = np.sqrt(X.var(axis=0) + self.epsilon)
            return self.weight * (X - X.mean(axis=0)) / deviation + self.bias
        n = len(X)
        mean, variance = X.mean(axis=0), X.var(axis=0)
        self.running_mean += self.momentum * (mean - self.running_mean)
        self.running_var += self.momentum * (variance * n / (n - 1) - self.running_var)
        self.scale = 1 / np.sqrt(variance + self.epsilon)
        self.normalized = (X - mean) * self.scale
        return self.weight * self.normalized + self.bias
