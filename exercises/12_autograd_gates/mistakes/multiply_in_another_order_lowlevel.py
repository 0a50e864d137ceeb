"""Multiply returns its gradients in another order than that of its inputs."""


class Multiply(Multiply):
    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        return (grad_z * x).sum_to_size(y.shape), (grad_z * y).sum_to_size(x.shape)
