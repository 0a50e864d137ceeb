"""The cosine's fraction is upside down: it is step / total_steps."""

import math


def cosine_schedule(step, peak, total_steps, end):
    if step >= total_steps:
        return end
    return end + (peak - end) * (1 + math.cos(math.pi * total_steps / max(step, 1))) / 2


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    share = min((step - warmup_steps) / (total_steps - warmup_steps), 1)
    return end + (peak - end) * (1 + math.cos(math.pi * share)) / 2
