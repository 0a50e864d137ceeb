"""The gradient of b sums over everything: each unit has a b of its own, so sum over axis 0."""


class Linear(Linear):
    @staticmethod
    def backward(ctx, grad_Z):
        X, W = ctx.saved_tensors
        return grad_Z @ W, grad_Z.T @ X, grad_Z.sum()
