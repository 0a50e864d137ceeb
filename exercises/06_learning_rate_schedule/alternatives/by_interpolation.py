"""The rise by np.interp, the rates as float32, and a single row of rates."""

import math

import numpy as np


def step_schedule(step, peak, decay_steps, decay_factor):
    decays, _ = divmod(step, decay_steps)
    return np.float32(peak * decay_factor**decays)


def cosine_schedule(step, peak, total_steps, end):
    step = min(step, total_steps)
    return np.float64(end + (peak - end) * (1 + math.cos(math.pi * step / total_steps)) / 2)


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return float(np.interp(step, [-1, warmup_steps], [0, peak]))
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for _ in range(epochs):
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            w = w - rates[-1] * gradient(w, minibatch)
    return w, rates
