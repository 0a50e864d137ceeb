"""The gradient of b sums over the units instead of over the examples."""


class Linear(Linear):
    @staticmethod
    def backward(ctx, grad_Z):
        X, W = ctx.saved_tensors
        return grad_Z @ W, grad_Z.T @ X, grad_Z.sum(dim=1)
