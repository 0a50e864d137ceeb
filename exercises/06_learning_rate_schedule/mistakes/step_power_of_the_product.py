"""The peak is raised to the power, too: it stands inside the parentheses."""


def step_schedule(step, peak, decay_steps, decay_factor):
    return (peak * decay_factor) ** (step // decay_steps)
