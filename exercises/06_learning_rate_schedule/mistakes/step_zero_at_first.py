"""The step decay multiplies the factor by the number of decays: it has to be the exponent."""


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * decay_factor * (step // decay_steps)
