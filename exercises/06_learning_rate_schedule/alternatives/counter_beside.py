"""A counter beside the loop, and the schedule asked more than once for a step."""

import math

import numpy as np


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
    w, rates, step = np.array(w), [], 0
    while step < epochs * len(minibatches):
        minibatch = minibatches[step % len(minibatches)]
        w -= schedule(step) * gradient(w, minibatch)
        rates.append(schedule(step))
        step += 1
    return w, rates
