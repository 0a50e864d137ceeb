"""Exp takes the exponential of its output: what was saved is exp(x) already."""

import torch


class Exp(Exp):
    @staticmethod
    def backward(ctx, grad_z):
        (z,) = ctx.saved_tensors
        return grad_z * torch.exp(z)
