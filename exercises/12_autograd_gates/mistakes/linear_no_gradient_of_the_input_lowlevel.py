"""Linear returns None for X, which cuts the chain to the layers before."""


class Linear(Linear):
    @staticmethod
    def backward(ctx, grad_Z):
        X, W = ctx.saved_tensors
        return None, grad_Z.T @ X, grad_Z.sum(dim=0)
