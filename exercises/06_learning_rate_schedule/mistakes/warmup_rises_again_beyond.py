"""The cosine after a warm-up comes up again after its last step: it has to stay at end."""

import math


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    share = (step - warmup_steps) / (total_steps - warmup_steps)
    return end + (peak - end) * (1 + math.cos(math.pi * share)) / 2
