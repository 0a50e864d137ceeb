"""The gradient of b is grad_Z itself: one b serves all n rows, and their gradients add up."""


class Linear(Linear):
    @staticmethod
    def backward(ctx, grad_Z):
        X, W = ctx.saved_tensors
        return grad_Z @ W, grad_Z.T @ X, grad_Z
