"""Writes setup_context, and shares out the gradient of Max at a tie."""

import torch


class Multiply(torch.autograd.Function):
    @staticmethod
    def forward(x, y):
        return x * y

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        return (y * grad_z).sum_to_size(x.shape), (x * grad_z).sum_to_size(y.shape)


class Max(torch.autograd.Function):
    @staticmethod
    def forward(x, y):
        return torch.where(x > y, x, y)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        share = torch.where(x == y, 0.5, (x > y).to(x.dtype))
        return share * grad_z, (1 - share) * grad_z


class Exp(torch.autograd.Function):
    @staticmethod
    def forward(x):
        return x.exp()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, grad_z):
        (z,) = ctx.saved_tensors
        return (z * grad_z,)


class Power(torch.autograd.Function):
    @staticmethod
    def forward(x, exponent):
        return x.pow(exponent)

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, ctx.exponent = inputs
        ctx.save_for_backward(x)

    @staticmethod
    def backward(ctx, grad_z):
        (x,) = ctx.saved_tensors
        n = ctx.exponent
        return n * x.pow(n - 1) * grad_z, None


class Linear(torch.autograd.Function):
    @staticmethod
    def forward(X, W, b):
        return torch.nn.functional.linear(X, W, b)

    @staticmethod
    def setup_context(ctx, inputs, output):
        X, W, _ = inputs
        ctx.save_for_backward(X, W)

    @staticmethod
    def backward(ctx, grad_Z):
        X, W = ctx.saved_tensors
        return grad_Z.mm(W), grad_Z.t().mm(X), grad_Z.sum(0)
