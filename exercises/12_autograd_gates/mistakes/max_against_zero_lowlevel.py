"""Max cuts off at 0, as ReLU does, instead of taking the larger of x and y."""

import torch


class Max(Max):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x >= y)
        return torch.maximum(x, y).clamp(min=0)
