"""The right answer that the mistakes change."""

import numpy as np


class BatchNorm1d:
    """Y = γ (X - μ) / sqrt(σ² + ε) + β, per column."""

    momentum = 0.1
    epsilon = 1e-5

    def __init__(self, d):
        self.training = True
        self.weight = np.ones(d)
        self.bias = np.zeros(d)
        self.running_mean = np.zeros(d)
        self.running_var = np.ones(d)

    def forward(self, X):
        if not self.training:
            deviation = np.sqrt(self.running_var + self.epsilon)
            return self.weight * (X - self.running_mean) / deviation + self.bias
        n = len(X)
        mean, variance = X.mean(axis=0), X.var(axis=0)
        self.running_mean += self.momentum * (mean - self.running_mean)
        self.running_var += self.momentum * (variance * n / (n - 1) - self.running_var)
        self.scale = 1 / np.sqrt(variance + self.epsilon)
        self.normalized = (X - mean) * self.scale
        return self.weight * self.normalized + self.bias

    def backward(self, grad_Y):
        n = len(grad_Y)
        self.grad_weight = (grad_Y * self.normalized).sum(axis=0)
        self.grad_bias = grad_Y.sum(axis=0)
        # What raises μ or σ² changes every row: the gradient loses its mean and its part along N.
        through_mean = self.grad_bias / n
        through_variance = self.normalized * self.grad_weight / n
        return (grad_Y - through_mean - through_variance) * self.weight * self.scale
