"""Exercise 02 in tier 3: python -m exercises check 02 --tier paper"""

import torch
from torch import nn


class BatchNorm1d(nn.Module):
    """Normalizes each column: over the minibatch in training, by running averages afterwards."""

    momentum = 0.1
    epsilon = 1e-5

    def __init__(self, d):
        super().__init__()
        raise NotImplementedError

    def forward(self, X):
        """Y, for X of shape (n, d)."""
        raise NotImplementedError
