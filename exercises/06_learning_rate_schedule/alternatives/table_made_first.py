"""A table of all learning rates, looked up by the step."""

import numpy as np


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * decay_factor ** (step // decay_steps)


def cosine_schedule(step, peak, total_steps, end):
    steps = np.arange(total_steps)
    table = end + (peak - end) * (1 + np.cos(np.pi * steps / total_steps)) / 2
    return table[step] if step < total_steps else end


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    rise = np.linspace(0, peak, warmup_steps + 2)[1:-1]
    steps = np.arange(total_steps - warmup_steps)
    fall = end + (peak - end) * (1 + np.cos(np.pi * steps / len(steps))) / 2
    table = np.concatenate([rise, fall, [end]])
    return table[min(step, total_steps)]


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for _ in range(epochs):
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            w = w - rates[-1] * gradient(w, minibatch)
    return w, rates
