"""Returns a None too many, saves the input of Exp, and decorates nothing."""

# ruff: noqa: N805 - as many write it

import torch
from torch.autograd import Function


class Multiply(Function):
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        return (grad_z * y).sum_to_size(x.shape), (grad_z * x).sum_to_size(y.shape)


class Max(Function):
    def forward(ctx, x, y):
        ctx.save_for_backward(x >= y)
        return torch.maximum(x, y)

    def backward(ctx, grad_z):
        (to_x,) = ctx.saved_tensors
        return grad_z * to_x, grad_z * ~to_x


class Exp(Function):
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.exp(x)

    def backward(ctx, grad_z):
        (x,) = ctx.saved_tensors
        return grad_z * torch.exp(x), None


class Power(Function):
    def forward(ctx, x, exponent):
        ctx.save_for_backward(x)
        ctx.exponent = exponent
        return x**exponent

    def backward(ctx, grad_z):
        (x,) = ctx.saved_tensors
        return grad_z * ctx.exponent * x ** (ctx.exponent - 1), None


class Linear(Function):
    def forward(ctx, X, W, b):
        ctx.save_for_backward(X, W)
        return X @ W.T + b

    def backward(ctx, grad_Z):
        X, W = ctx.saved_tensors
        return (
            torch.einsum("no,oi->ni", grad_Z, W),
            torch.einsum("no,ni->oi", grad_Z, X),
            grad_Z.sum(0),
        )
