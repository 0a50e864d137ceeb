"""The 1 beside the cosine is a half, and the sum is halved once more: it is (1 + cos) / 2."""

import math


def cosine_schedule(step, peak, total_steps, end):
    if step >= total_steps:
        return end
    return end + (peak - end) * (0.5 + math.cos(math.pi * step / total_steps)) / 2


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    share = min((step - warmup_steps) / (total_steps - warmup_steps), 1)
    return end + (peak - end) * (1 + math.cos(math.pi * share)) / 2
