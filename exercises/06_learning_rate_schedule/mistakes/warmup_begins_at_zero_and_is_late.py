"""The warm-up is one step behind: it begins at 0."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * step / (warmup_steps + 1)
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)
