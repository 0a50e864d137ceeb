"""Multiply sums back the gradient of one input only: either may have been stretched."""


class Multiply(Multiply):
    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        grad_x, grad_y = grad_z * y, grad_z * x
        if x.numel() < y.numel():
            return grad_x.sum_to_size(x.shape), grad_y
        return grad_x, grad_y.sum_to_size(y.shape)
