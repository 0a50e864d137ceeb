"""The warm-up divides by warmup_steps: the peak comes one step too early, and twice."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)
