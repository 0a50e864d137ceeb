"""One share from 0 to 1 for all, told apart by cases."""

import math


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * decay_factor ** (step // decay_steps)


def cosine_schedule(step, peak, total_steps, end):
    return warmup_cosine_schedule(step, peak, total_steps, end, 0)


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step >= total_steps:
        return end
    if step <= warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    share = (step - warmup_steps) / (total_steps - warmup_steps)
    return end + (peak - end) / 2 * (1 + math.cos(math.pi * share))


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for _ in range(epochs):
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            w = w - rates[-1] * gradient(w, minibatch)
    return w, rates
