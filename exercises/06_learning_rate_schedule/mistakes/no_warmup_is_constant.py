"""Without warm-up, where warmup_steps is 0, the learning rate stays at the peak."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if warmup_steps == 0:
        return peak
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)
