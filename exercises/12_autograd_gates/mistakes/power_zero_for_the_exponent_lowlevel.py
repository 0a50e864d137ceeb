"""Power returns a gradient for the exponent, which is no tensor: its place wants None."""

import torch


class Power(Power):
    @staticmethod
    def backward(ctx, grad_z):
        (x,) = ctx.saved_tensors
        return grad_z * ctx.exponent * x ** (ctx.exponent - 1), torch.tensor(0.0)
