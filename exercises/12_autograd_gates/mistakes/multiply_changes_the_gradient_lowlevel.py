"""The gradient that arrives is changed in place: other gates may be waiting for it."""


class Multiply(Multiply):
    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        grad_y = (grad_z * x).sum_to_size(y.shape)
        if y.dim() <= grad_z.dim():
            grad_z *= y
        return grad_z.sum_to_size(x.shape), grad_y
