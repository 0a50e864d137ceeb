"""The gradient takes μ and σ² for constants, though every entry of X changes them."""

import torch


class BatchNorm1d(BatchNorm1d):
    def forward(self, X):
        mean, variance = self.running_mean, self.running_var
        if self.training:
            mean, variance = X.detach().mean(dim=0), X.detach().var(dim=0, correction=0)
            with torch.no_grad():  # a memory, through which no gradient flows
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(X.var(dim=0, correction=1), self.momentum)
        return self.weight * (X - mean) / torch.sqrt(variance + self.epsilon) + self.bias
