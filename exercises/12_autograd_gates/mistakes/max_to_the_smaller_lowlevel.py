"""Max hands its gradient on to the smaller input: it belongs to the larger."""

import torch


class Max(Max):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x < y)
        return torch.maximum(x, y)
