"""The exponent of the step decay is upside down: it is step // decay_steps."""


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * decay_factor ** (decay_steps // max(step, 1))
