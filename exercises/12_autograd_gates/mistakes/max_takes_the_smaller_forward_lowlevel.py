"""Max takes the smaller of x and y."""

import torch


class Max(Max):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x >= y)
        return torch.minimum(x, y)
