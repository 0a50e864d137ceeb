"""Multiply returns its local gradients: they have to be multiplied by what arrives."""

import torch


class Multiply(Multiply):
    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        grad_x, grad_y = torch.broadcast_tensors(y, x)
        return grad_x.sum_to_size(x.shape), grad_y.sum_to_size(y.shape)
