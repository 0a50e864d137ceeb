"""Multiply's gradients have the output's shape: where an input was broadcast, they add up."""


class Multiply(Multiply):
    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        return grad_z * y, grad_z * x
