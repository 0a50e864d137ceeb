"""A gradient that is asked for is withheld where another input needs none: ask for each alone."""


class Linear(Linear):
    @staticmethod
    def backward(ctx, grad_Z):
        X, W = ctx.saved_tensors
        if not all(ctx.needs_input_grad):
            return None, None, None
        return grad_Z @ W, grad_Z.T @ X, grad_Z.sum(dim=0)
