"""The step decay takes the factor for the share that is lost: it multiplies by 1 - decay_factor."""


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * (1 - decay_factor) ** (step // decay_steps)
