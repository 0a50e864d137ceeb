"""After the warm-up the cosine counts from step 0 of the run: it begins below the peak."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    return cosine_schedule(step, peak, total_steps, end)
