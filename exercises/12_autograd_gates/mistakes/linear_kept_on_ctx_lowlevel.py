"""Autograd cannot see that what is kept was changed: save the tensors by save_for_backward."""

from torch.autograd import Function


class Linear(Function):
    @staticmethod
    def forward(ctx, X, W, b):
        ctx.X, ctx.W = X, W
        return X @ W.T + b

    @staticmethod
    def backward(ctx, grad_Z):
        return grad_Z @ ctx.W, grad_Z.T @ ctx.X, grad_Z.sum(dim=0)
