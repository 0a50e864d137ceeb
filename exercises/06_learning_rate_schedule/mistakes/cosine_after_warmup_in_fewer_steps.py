"""After the warm-up the cosine is asked for step, and not for step - warmup_steps."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    return cosine_schedule(step, peak, total_steps - warmup_steps, end)
