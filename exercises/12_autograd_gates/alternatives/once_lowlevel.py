"""Forbids gradients of gradients, and works on plain tensors in between."""

import numpy as np
import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable


class Multiply(Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        return (grad_z * y).sum_to_size(x.shape), (grad_z * x).sum_to_size(y.shape)


class Max(Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x >= y)
        return torch.maximum(x, y)

    @staticmethod
    def backward(ctx, grad_z):
        (to_x,) = ctx.saved_tensors
        return grad_z * to_x, grad_z * ~to_x


class Exp(Function):
    @staticmethod
    def forward(ctx, x):
        z = torch.from_numpy(np.exp(x.detach().numpy()))
        ctx.save_for_backward(z)
        return z

    @staticmethod
    def backward(ctx, grad_z):
        (z,) = ctx.saved_tensors
        return grad_z * z


class Power(Function):
    @staticmethod
    def forward(ctx, x, exponent):
        ctx.save_for_backward(x)
        ctx.exponent = exponent
        return x**exponent

    @staticmethod
    def backward(ctx, grad_z):
        (x,) = ctx.saved_tensors
        return grad_z * ctx.exponent * x ** (ctx.exponent - 1), None


class Linear(Function):
    @staticmethod
    def forward(ctx, X, W, b):
        ctx.save_for_backward(X, W)
        return X @ W.T + b

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_Z):
        X, W = ctx.saved_tensors
        grad_b = torch.zeros_like(grad_Z[0])
        for row in grad_Z:
            grad_b += row
        return grad_Z @ W, grad_Z.T @ X, grad_b
