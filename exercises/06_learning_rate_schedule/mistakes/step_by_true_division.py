"""The step decay falls a little at each step: the exponent is a fraction, not a whole number."""


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * decay_factor ** (step / decay_steps)
