"""Multiply returns one gradient for two inputs."""


class Multiply(Multiply):
    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        return (grad_z * y).sum_to_size(x.shape)
