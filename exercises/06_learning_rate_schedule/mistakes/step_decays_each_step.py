"""The step decay multiplies by the factor at each step: the exponent is step itself."""


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * decay_factor**step
