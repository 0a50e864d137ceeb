"""Exp returns its local gradient: it has to be multiplied by what arrives."""


class Exp(Exp):
    @staticmethod
    def backward(ctx, grad_z):
        (z,) = ctx.saved_tensors
        return z.clone()
