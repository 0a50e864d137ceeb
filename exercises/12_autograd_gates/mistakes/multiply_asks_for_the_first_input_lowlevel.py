"""A gradient is withheld where another input needs none: the i-th goes by needs_input_grad[i]."""


class Multiply(Multiply):
    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        # A value that broadcasting used many times collects the sum of its gradients.
        grad_x = grad_y = None
        if ctx.needs_input_grad[0]:
            grad_x = (grad_z * y).sum_to_size(x.shape)
            grad_y = (grad_z * x).sum_to_size(y.shape)
        return grad_x, grad_y
