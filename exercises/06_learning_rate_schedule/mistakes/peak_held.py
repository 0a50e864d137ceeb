"""After the warm-up the learning rate stays at the peak."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    return peak if step < total_steps else end
