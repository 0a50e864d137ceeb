"""The parentheses around step // decay_steps are missing: ** comes before /."""


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * decay_factor**step / decay_steps
