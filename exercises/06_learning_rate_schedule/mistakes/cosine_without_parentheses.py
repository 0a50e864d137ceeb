"""Parentheses are missing around 1 + cos: the factor stands before the 1 alone."""

import math


def cosine_schedule(step, peak, total_steps, end):
    if step >= total_steps:
        return end
    return end + (peak - end) / 2 * 1 + math.cos(math.pi * step / total_steps)


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    share = min((step - warmup_steps) / (total_steps - warmup_steps), 1)
    return end + (peak - end) * (1 + math.cos(math.pi * share)) / 2
