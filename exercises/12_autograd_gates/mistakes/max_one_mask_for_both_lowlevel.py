"""Max multiplies both parts by the same mask, where y has to get what x does not."""


class Max(Max):
    @staticmethod
    def backward(ctx, grad_z):
        (to_x,) = ctx.saved_tensors
        return grad_z * to_x, grad_z * to_x
