"""Without warm-up, where warmup_steps is 0, something is divided by 0."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    first = peak / (warmup_steps + 1)
    slope = (peak - first) / warmup_steps
    if step < warmup_steps:
        return first + slope * step
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)
