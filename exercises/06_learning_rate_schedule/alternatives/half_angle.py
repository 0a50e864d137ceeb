"""The cosine from its half angle, and a generator for the minibatches."""

import math


def step_schedule(step, peak, decay_steps, decay_factor):
    return peak * decay_factor ** (step // decay_steps)


def cosine_schedule(step, peak, total_steps, end):
    angle = math.pi / 2 * min(step, total_steps) / total_steps
    return peak * math.cos(angle) ** 2 + end * math.sin(angle) ** 2


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    return cosine_schedule(step - warmup_steps, peak, total_steps - warmup_steps, end)


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    stream = (minibatch for _ in range(epochs) for minibatch in minibatches)
    for step, minibatch in enumerate(stream):
        rate = schedule(step)
        w = w - gradient(w, minibatch) * rate
        rates.append(rate)
    return w, tuple(rates)
