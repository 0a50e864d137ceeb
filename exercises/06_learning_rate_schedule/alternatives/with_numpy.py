"""Everything in NumPy: where, clip and cos."""

import numpy as np


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * np.power(decay_factor, np.floor(step / decay_steps))


def cosine_schedule(step, peak, total_steps, end):
    share = np.clip(step / total_steps, 0, 1)
    return end + 0.5 * (peak - end) * (1 + np.cos(np.pi * share))


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    rise = peak * (step + 1) / (warmup_steps + 1)
    fall = cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)
    return np.where(step < warmup_steps, rise, fall)


def train(w, gradient, minibatches, epochs, schedule):
    rates = np.array([schedule(step) for step in range(epochs * len(minibatches))])
    w = w.copy()
    for step, rate in enumerate(rates):
        w -= rate * gradient(w, minibatches[step % len(minibatches)])
    return w, rates
