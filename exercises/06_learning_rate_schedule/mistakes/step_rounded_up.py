"""The exponent of the step decay is rounded up: the first decay comes at step 1."""


def step_schedule(step, peak, decay_steps, decay_factor):
    rate = peak
    for earlier in range(step):
        if earlier % decay_steps == 0:
            rate *= decay_factor
    return rate
