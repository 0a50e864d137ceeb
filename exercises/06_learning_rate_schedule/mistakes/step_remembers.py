"""A schedule remembers its last learning rate, so that the order of the calls counts."""

rate = {"now": 0.0}


def step_schedule(step, peak, decay_steps, decay_factor):
    if step == 0:
        rate["now"] = peak
    elif step % decay_steps == 0:
        rate["now"] *= decay_factor
    return rate["now"]
