"""Power returns a gradient for the exponent, which is no tensor: its place wants None."""


class Power(Power):
    @staticmethod
    def backward(ctx, grad_z):
        (x,) = ctx.saved_tensors
        grad_x = grad_z * ctx.exponent * x ** (ctx.exponent - 1)
        return grad_x, (grad_z * x**ctx.exponent * x.abs().log()).sum()
