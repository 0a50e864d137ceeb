"""n * x ** n - 1 takes 1 off the whole: the exponent n - 1 wants brackets."""


class Power(Power):
    @staticmethod
    def backward(ctx, grad_z):
        (x,) = ctx.saved_tensors
        n = ctx.exponent
        return grad_z * n * x**n - 1, None
