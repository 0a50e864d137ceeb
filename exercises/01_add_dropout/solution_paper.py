"""A solution of exercise 01 in tier 3."""

import torch
from torch import nn


class Dropout(nn.Module):
    """Y = X M, where M is 0 with probability p and else 1 / (1 - p)."""

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, X):
        if not self.training:
            return X
        return X * (torch.rand_like(X) >= self.p) / (1 - self.p)


def with_dropout(layers, p):
    new = []
    for i, layer in enumerate(layers):
        new.append(layer)
        if i % 2:  # linear layers stand in the even places, activations between them
            new.append(Dropout(p))
    return new
