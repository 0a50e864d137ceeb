"""A mask is made float64, and the gradient with it: it has to have the inputs' dtype."""

import torch


class Max(Max):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward((x >= y).double())
        return torch.maximum(x, y)

    @staticmethod
    def backward(ctx, grad_z):
        (to_x,) = ctx.saved_tensors
        return grad_z * to_x, grad_z * (1 - to_x)
