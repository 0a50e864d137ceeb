"""Exercise 12: python -m exercises check 12"""

import torch
from torch.autograd import Function


class Multiply(Function):
    """z = x y, entry by entry; the shapes may differ as far as they broadcast."""

    @staticmethod
    def forward(ctx, x, y):
        raise NotImplementedError

    @staticmethod
    def backward(ctx, grad_z):
        raise NotImplementedError


class Max(Function):
    """z = the larger of x and y, entry by entry."""

    @staticmethod
    def forward(ctx, x, y):
        raise NotImplementedError

    @staticmethod
    def backward(ctx, grad_z):
        raise NotImplementedError


class Exp(Function):
    """z = e to the power of x, entry by entry."""

    @staticmethod
    def forward(ctx, x):
        raise NotImplementedError

    @staticmethod
    def backward(ctx, grad_z):
        raise NotImplementedError


class Power(Function):
    """z = x to the power of a whole number, entry by entry."""

    @staticmethod
    def forward(ctx, x, exponent):
        raise NotImplementedError

    @staticmethod
    def backward(ctx, grad_z):
        raise NotImplementedError


class Linear(Function):
    """Z = X Wᵀ + b."""

    @staticmethod
    def forward(ctx, X, W, b):
        raise NotImplementedError

    @staticmethod
    def backward(ctx, grad_Z):
        raise NotImplementedError
