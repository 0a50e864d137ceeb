"""The exponent of the step decay is step times decay_steps instead of step // decay_steps."""


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * decay_factor ** (step * decay_steps)
