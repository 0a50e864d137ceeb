"""What forward saw is kept outside of ctx, where the gate's next use overwrites it."""

from torch.autograd import Function


class Multiply(Function):
    @staticmethod
    def forward(ctx, x, y):
        Multiply.x, Multiply.y = x, y
        return x * y

    @staticmethod
    def backward(ctx, grad_z):
        x, y = Multiply.x, Multiply.y
        return (grad_z * y).sum_to_size(x.shape), (grad_z * x).sum_to_size(y.shape)
