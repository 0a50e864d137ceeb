"""A gradient is withheld where another input needs none: the i-th goes by needs_input_grad[i]."""


class Linear(Linear):
    @staticmethod
    def backward(ctx, grad_Z):
        X, W = ctx.saved_tensors
        if not all(ctx.needs_input_grad):
            return None, None, None
        return grad_Z @ W, grad_Z.T @ X, grad_Z.sum(dim=0)
