"""What forward saw is kept outside of ctx, where the gate's next use overwrites it."""

import torch
from torch.autograd import Function


class Max(Function):
    @staticmethod
    def forward(ctx, x, y):
        Max.to_x = x >= y
        return torch.maximum(x, y)

    @staticmethod
    def backward(ctx, grad_z):
        return grad_z * Max.to_x, grad_z * ~Max.to_x
