"""Multiply averages the gradients of a broadcast input: they add up."""


class Multiply(Multiply):
    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        grad_x, grad_y = grad_z * y, grad_z * x
        shares = [x.numel() / grad_x.numel(), y.numel() / grad_y.numel()]
        grad_x, grad_y = grad_x.sum_to_size(x.shape), grad_y.sum_to_size(y.shape)
        return grad_x * shares[0], grad_y * shares[1]
