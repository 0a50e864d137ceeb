"""The step decay is one decay ahead: even step 0 is below the peak."""


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * decay_factor ** (step // decay_steps + 1)
