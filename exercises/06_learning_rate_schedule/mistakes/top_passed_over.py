"""After the warm-up the cosine is one step ahead: no step has the peak."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    return cosine_schedule(step - warmup_steps + 1, peak, total_steps - warmup_steps, end)
