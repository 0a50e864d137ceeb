"""Power computes in place, and so changes the x that it was handed."""


class Power(Power):
    @staticmethod
    def forward(ctx, x, exponent):
        ctx.save_for_backward(x.clone())
        ctx.exponent = exponent
        return x.pow_(exponent).clone()
