"""What forward saw is kept outside of ctx, where the gate's next use overwrites it."""

import torch
from torch.autograd import Function


class Exp(Function):
    @staticmethod
    def forward(ctx, x):
        global kept
        kept = torch.exp(x)
        return kept

    @staticmethod
    def backward(ctx, grad_z):
        return grad_z * kept
