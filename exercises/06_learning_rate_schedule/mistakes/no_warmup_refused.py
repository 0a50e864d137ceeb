"""Without warm-up, where warmup_steps is 0, an error is raised."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if warmup_steps < 1:
        raise ValueError("warmup_steps")
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)
