"""n xⁿ / x is not a number where x = 0: raise x to the power of n - 1 instead."""


class Power(Power):
    @staticmethod
    def backward(ctx, grad_z):
        (x,) = ctx.saved_tensors
        n = ctx.exponent
        return grad_z * n * x**n / x, None
