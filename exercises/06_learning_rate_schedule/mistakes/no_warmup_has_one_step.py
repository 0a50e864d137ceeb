"""Without warm-up, where warmup_steps is 0, there is still one step of it."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    warmup_steps = max(warmup_steps, 1)
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)
