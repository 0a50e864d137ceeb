"""Exp hands the gradient on as it is: its local gradient is exp(x)."""


class Exp(Exp):
    @staticmethod
    def backward(ctx, grad_z):
        return grad_z
