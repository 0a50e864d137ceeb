"""view wants entries that lie in order, and the gradient may be a transpose: use reshape."""


class Power(Power):
    @staticmethod
    def backward(ctx, grad_z):
        (x,) = ctx.saved_tensors
        n = ctx.exponent
        return (grad_z.view(-1) * n * x.reshape(-1) ** (n - 1)).view(x.shape), None
