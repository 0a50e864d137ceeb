"""A solution of exercise 06."""

import math


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * decay_factor ** (step // decay_steps)


def cosine_schedule(step, peak, total_steps, end):
    if step >= total_steps:
        return end
    return end + (peak - end) * (1 + math.cos(math.pi * step / total_steps)) / 2


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for _ in range(epochs):
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            w = w - rates[-1] * gradient(w, minibatch)  # w -= would change the caller's array
    return w, rates
