"""After a warm-up the rate beyond the last step is 0 instead of end."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step >= total_steps:
        return 0.0
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)
