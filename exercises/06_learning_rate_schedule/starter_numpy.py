"""Exercise 06: python -m exercises check 06"""

import numpy as np


def step_schedule(step, peak, decay_steps, decay_factor):
    """The learning rate of a step: a number."""
    raise NotImplementedError


def cosine_schedule(step, peak, total_steps, end):
    """The learning rate of a step: a number."""
    raise NotImplementedError


def warmup_cosine_schedule(step, peak, total_steps, end, warmup_steps):
    """The learning rate of a step: a number."""
    raise NotImplementedError


def train(w, gradient, minibatches, epochs, schedule):
    """(w, rates): the weights after the last update, and the learning rates used."""
    raise NotImplementedError
