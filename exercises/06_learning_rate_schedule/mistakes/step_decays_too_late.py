"""The step decay comes one step too late."""


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * decay_factor ** (max(step - 1, 0) // decay_steps)
