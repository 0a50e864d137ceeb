"""Linear returns no gradient of b."""


class Linear(Linear):
    @staticmethod
    def backward(ctx, grad_Z):
        X, W = ctx.saved_tensors
        return grad_Z @ W, grad_Z.T @ X
