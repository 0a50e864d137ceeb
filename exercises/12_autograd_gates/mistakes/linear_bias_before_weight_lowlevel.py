"""Linear returns its gradients in another order than that of its inputs."""


class Linear(Linear):
    @staticmethod
    def backward(ctx, grad_Z):
        X, W = ctx.saved_tensors
        return grad_Z @ W, grad_Z.sum(dim=0), grad_Z.T @ X
