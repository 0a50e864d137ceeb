"""What forward saw is kept outside of ctx, where the gate's next use overwrites it."""

from torch.autograd import Function


class Power(Function):
    @staticmethod
    def forward(ctx, x, exponent):
        Power.x, Power.exponent = x, exponent
        return x**exponent

    @staticmethod
    def backward(ctx, grad_z):
        return grad_z * Power.exponent * Power.x ** (Power.exponent - 1), None
