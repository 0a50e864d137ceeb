"""Multiply sums with keepdim=True over an axis that the input does not have."""


class Multiply(Multiply):
    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        # A value that broadcasting used many times collects the sum of its gradients.
        grads = [grad_z * y, grad_z * x]
        for i, part in enumerate((x, y)):
            for axis in range(grad_z.ndim):
                size = ([1] * (grad_z.ndim - part.ndim) + list(part.shape))[axis]
                if size == 1 and grad_z.shape[axis] > 1:
                    grads[i] = grads[i].sum(axis, keepdim=True)
        return tuple(grads)
