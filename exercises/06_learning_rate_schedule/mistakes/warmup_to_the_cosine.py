"""During the warm-up the learning rate is multiplied by the cosine as well."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return cosine_schedule(step, peak, total_steps, end) * (step + 1) / (warmup_steps + 1)
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)
