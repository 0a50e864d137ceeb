"""The warm-up is bent: it has to rise in a straight line."""

import math


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * math.sin(math.pi / 2 * (step + 1) / (warmup_steps + 1))
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)
