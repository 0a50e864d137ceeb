"""Autograd cannot see that what is kept was changed: save the tensors by save_for_backward."""

from torch.autograd import Function


class Multiply(Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.x, ctx.y = x, y
        return x * y

    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.x, ctx.y
        return (grad_z * y).sum_to_size(x.shape), (grad_z * x).sum_to_size(y.shape)
