"""Exp computes in place, and so changes the x that it was handed."""


class Exp(Exp):
    @staticmethod
    def forward(ctx, x):
        z = x.exp_().clone()
        ctx.save_for_backward(z)
        return z
