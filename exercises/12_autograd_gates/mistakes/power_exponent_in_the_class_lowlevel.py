"""What forward saw is kept outside of ctx, where the gate's next use overwrites it."""

from torch.autograd import Function


class Power(Function):
    @staticmethod
    def forward(ctx, x, exponent):
        ctx.save_for_backward(x)
        Power.exponent = exponent
        return x**exponent

    @staticmethod
    def backward(ctx, grad_z):
        (x,) = ctx.saved_tensors
        return grad_z * Power.exponent * x ** (Power.exponent - 1), None
