"""Autograd cannot see that what is kept was changed: save the tensors by save_for_backward."""

import torch


class Max(Max):
    @staticmethod
    def forward(ctx, x, y):
        ctx.x, ctx.y = x, y
        return torch.maximum(x, y)

    @staticmethod
    def backward(ctx, grad_z):
        to_x = ctx.x >= ctx.y
        return grad_z * to_x, grad_z * ~to_x
