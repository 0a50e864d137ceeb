"""The step decay comes one step too early: the steps are counted from 1 instead of 0."""


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * decay_factor ** ((step + 1) // decay_steps)
