"""end and total_steps are exchanged where the warm-up hands on to the cosine."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    return cosine_schedule(step - warmup_steps, peak, end, total_steps - warmup_steps)
