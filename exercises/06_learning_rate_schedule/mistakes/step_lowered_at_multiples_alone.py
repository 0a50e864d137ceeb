"""The step decay lowers the rate at the multiples of decay_steps alone, for one step each."""


def step_schedule(step, peak, decay_steps, decay_factor):
    if step % decay_steps == 0:
        peak = peak * decay_factor
    return peak
