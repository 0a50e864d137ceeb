"""view wants entries that lie in order, and the gradient may be a transpose: use reshape."""


class Exp(Exp):
    @staticmethod
    def backward(ctx, grad_z):
        (z,) = ctx.saved_tensors
        return (grad_z.view(-1) * z.view(-1)).view(z.shape)
