"""The step decay lowers the rate at the multiples of decay_steps alone, for one step each."""


def step_schedule(step, peak, decay_steps, decay_factor):
    if step and step % decay_steps == 0:
        return peak * decay_factor ** (step // decay_steps)
    return peak
