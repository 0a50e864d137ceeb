"""The warm-up begins at 0, so that the first step does nothing."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * step / max(warmup_steps - 1, 1)
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)
