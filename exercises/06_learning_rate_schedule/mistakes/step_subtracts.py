"""The step decay subtracts the factor: it has to multiply by it."""


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak - decay_factor * (step // decay_steps)
