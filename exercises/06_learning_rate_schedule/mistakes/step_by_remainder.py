"""The exponent of the step decay is the remainder of step / decay_steps instead of the quotient."""


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * decay_factor ** (step % decay_steps)
