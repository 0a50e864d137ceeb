"""A mask is made float32, and the gradient with it: it has to have the inputs' dtype."""


class Max(Max):
    @staticmethod
    def backward(ctx, grad_z):
        (to_x,) = ctx.saved_tensors
        to_x = to_x.float()
        return grad_z.float() * to_x, grad_z.float() * (1 - to_x)
