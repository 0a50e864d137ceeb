"""The gradient of b is the mean over the rows instead of their sum."""


class Linear(Linear):
    @staticmethod
    def backward(ctx, grad_Z):
        X, W = ctx.saved_tensors
        return grad_Z @ W, grad_Z.T @ X, grad_Z.mean(dim=0)
