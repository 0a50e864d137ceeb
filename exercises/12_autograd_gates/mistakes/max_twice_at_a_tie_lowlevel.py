"""Where x = y, Max gives the whole gradient to both inputs, which is twice too much."""

import torch
from torch.autograd import Function


class Max(Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x >= y, y >= x)
        return torch.maximum(x, y)

    @staticmethod
    def backward(ctx, grad_z):
        to_x, to_y = ctx.saved_tensors
        return grad_z * to_x, grad_z * to_y
