"""The cosine after the warm-up goes down to 0 instead of to end."""

import math


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step >= total_steps:
        return end
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    share = min((step - warmup_steps) / (total_steps - warmup_steps), 1)
    return peak * (1 + math.cos(math.pi * share)) / 2
