"""The warm-up does not rise: its learning rate is the same at each step."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak / (warmup_steps + 1)
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)
