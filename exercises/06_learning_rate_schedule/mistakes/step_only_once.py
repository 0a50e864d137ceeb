"""The step decay happens only once."""


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak if step < decay_steps else peak * decay_factor
