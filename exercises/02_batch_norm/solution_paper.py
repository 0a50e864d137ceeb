"""A solution of exercise 02 in tier 3."""

import torch
from torch import nn


class BatchNorm1d(nn.Module):
    """Y = γ (X - μ) / sqrt(σ² + ε) + β, per column."""

    momentum = 0.1
    epsilon = 1e-5

    def __init__(self, d):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d))
        self.bias = nn.Parameter(torch.zeros(d))
        self.register_buffer("running_mean", torch.zeros(d))
        self.register_buffer("running_var", torch.ones(d))

    def forward(self, X):
        mean, variance = self.running_mean, self.running_var
        if self.training:
            mean, variance = X.mean(dim=0), X.var(dim=0, correction=0)
            n = len(X)
            with torch.no_grad():  # a memory, through which no gradient flows
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (variance * n / (n - 1) - self.running_var)
        return self.weight * (X - mean) / torch.sqrt(variance + self.epsilon) + self.bias
