"""Multiply sums over new axes, and not over those of size 1 that were stretched, too."""


class Multiply(Multiply):
    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        grad_x, grad_y = grad_z * y, grad_z * x
        while grad_x.dim() > x.dim():
            grad_x = grad_x.sum(dim=0)
        while grad_y.dim() > y.dim():
            grad_y = grad_y.sum(dim=0)
        return grad_x, grad_y
