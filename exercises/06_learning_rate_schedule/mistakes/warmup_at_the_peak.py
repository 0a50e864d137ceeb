"""The warm-up is at the peak from the first step on."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)
