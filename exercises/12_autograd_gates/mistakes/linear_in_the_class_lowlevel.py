"""What forward saw is kept outside of ctx, where the gate's next use overwrites it."""

from torch.autograd import Function


class Linear(Function):
    @staticmethod
    def forward(ctx, X, W, b):
        Linear.X, Linear.W = X, W
        return X @ W.T + b

    @staticmethod
    def backward(ctx, grad_Z):
        return grad_Z @ Linear.W, grad_Z.T @ Linear.X, grad_Z.sum(dim=0)
