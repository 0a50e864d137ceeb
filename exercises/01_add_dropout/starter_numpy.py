"""Exercise 01 in tier 1: python -m exercises check 01"""

import numpy as np


class Dropout:
    """Drops each entry with probability p in training; does nothing in evaluation."""

    def __init__(self, p):
        raise NotImplementedError

    def forward(self, X):
        """Y, for X of shape (n, d)."""
        raise NotImplementedError

    def backward(self, grad_Y):
        """∂L/∂X from ∂L/∂Y, both (n, d)."""
        raise NotImplementedError


def with_dropout(layers, p):
    """A new list: the layers, with a Dropout(p) after each activation."""
    raise NotImplementedError
