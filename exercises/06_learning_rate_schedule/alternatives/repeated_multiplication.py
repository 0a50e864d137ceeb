"""Loops in place of powers, and the step computed from epoch and place."""

import math


def step_schedule(step, peak, decay_steps, decay_factor):
    rate = peak
    while step >= decay_steps:
        rate *= decay_factor
        step -= decay_steps
    return rate


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
    for epoch in range(epochs):
        for i in range(len(minibatches)):
            rate = schedule(epoch * len(minibatches) + i)
            rates.append(rate)
            w = w - rate * gradient(w, minibatches[i])
    return [w, rates]
