"""Multiply gives each input its own value times the gradient: it has to be the other input's."""


class Multiply(Multiply):
    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        return (grad_z * x).sum_to_size(x.shape), (grad_z * y).sum_to_size(y.shape)
