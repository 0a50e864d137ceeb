"""Multiply gives both inputs x + y times the gradient: it has to be the other input."""


class Multiply(Multiply):
    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        # A value that broadcasting used many times collects the sum of its gradients.
        grad = grad_z * (x + y)
        return grad.sum_to_size(x.shape), grad.sum_to_size(y.shape)
