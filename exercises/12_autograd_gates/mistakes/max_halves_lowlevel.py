"""Max gives half of the gradient to each input, whichever is larger."""


class Max(Max):
    @staticmethod
    def backward(ctx, grad_z):
        return grad_z / 2, grad_z / 2
