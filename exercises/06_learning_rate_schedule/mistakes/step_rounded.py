"""The exponent of the step decay is rounded: it has to be rounded down."""


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * decay_factor ** round(step / decay_steps)
