"""Power returns one gradient for two inputs: the exponent's place wants None."""


class Power(Power):
    @staticmethod
    def backward(ctx, grad_z):
        (x,) = ctx.saved_tensors
        return grad_z * ctx.exponent * x ** (ctx.exponent - 1)
