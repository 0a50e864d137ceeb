"""Linear divides by n: the 1/n of a mean is in what arrives already."""


class Linear(Linear):
    @staticmethod
    def backward(ctx, grad_Z):
        X, W = ctx.saved_tensors
        n = len(X)
        return grad_Z @ W, grad_Z.T @ X / n, grad_Z.sum(dim=0) / n
