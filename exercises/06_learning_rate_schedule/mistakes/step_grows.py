"""The step decay divides by the factor, so that the learning rate grows."""


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak / decay_factor ** (step // decay_steps)
