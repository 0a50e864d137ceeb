"""The cosine after the warm-up divides by one step too few: it is at end one step too early."""

import math


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    share = min((step - warmup_steps) / (total_steps - warmup_steps - 1), 1)
    return end + (peak - end) * (1 + math.cos(math.pi * share)) / 2
