"""Exp's gradient has the wrong sign: its local gradient is exp(x)."""


class Exp(Exp):
    @staticmethod
    def backward(ctx, grad_z):
        (z,) = ctx.saved_tensors
        return -grad_z * z
