"""A solution of exercise 02 in tier 2."""

import torch


class BatchNorm1d:
    """Y = γ (X - μ) / sqrt(σ² + ε) + β, per column."""

    momentum = 0.1
    epsilon = 1e-5

    def __init__(self, d):
        self.training = True
        self.weight = torch.ones(d, dtype=torch.float64, requires_grad=True)
        self.bias = torch.zeros(d, dtype=torch.float64, requires_grad=True)
        self.running_mean = torch.zeros(d, dtype=torch.float64)
        self.running_var = torch.ones(d, dtype=torch.float64)

    def forward(self, X):
        mean, variance = self.running_mean, self.running_var
        if self.training:
            mean, variance = X.mean(dim=0), X.var(dim=0, correction=0)
            with torch.no_grad():  # a memory, through which no gradient flows
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(X.var(dim=0, correction=1), self.momentum)
        return self.weight * (X - mean) / torch.sqrt(variance + self.epsilon) + self.bias
