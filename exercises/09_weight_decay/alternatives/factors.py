"""Has a decay for each parameter, 0 for those with one axis."""

import math

import numpy as np


def decay_of(parameter, weight_decay):
    return weight_decay if np.ndim(parameter) == 2 else 0.0


def penalty(parameters, weight_decay):
    squares = [decay_of(p, weight_decay) * np.vdot(p, p) for p in parameters.values()]
    return 0.5 * math.fsum(squares)


def penalty_gradients(parameters, weight_decay):
    return {name: decay_of(p, weight_decay) * p for name, p in parameters.items()}


def l2_step(optimizer, gradients, weight_decay):
    decay = penalty_gradients(optimizer.parameters, weight_decay)
    optimizer.step({name: gradients[name] + decay[name] for name in gradients})


def decoupled_step(optimizer, gradients, weight_decay):
    for parameter in optimizer.parameters.values():
        factor = 1 - optimizer.learning_rate * decay_of(parameter, weight_decay)
        np.multiply(parameter, factor, out=parameter)
    optimizer.step(gradients)
