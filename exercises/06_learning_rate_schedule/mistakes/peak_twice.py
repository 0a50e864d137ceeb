"""After the warm-up the cosine is one step behind: the peak comes twice."""


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    return (
        cosine_schedule(max(step - warmup_steps - 1, 0), peak, total_steps - warmup_steps, end)
        if step < total_steps
        else end
    )
