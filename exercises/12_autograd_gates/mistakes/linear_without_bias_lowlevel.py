"""Linear does not add b."""


class Linear(Linear):
    @staticmethod
    def forward(ctx, X, W, b):
        ctx.save_for_backward(X, W)
        return X @ W.T
