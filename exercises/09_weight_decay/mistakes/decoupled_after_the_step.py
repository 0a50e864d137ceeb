"""decoupled_step decays by the W after the step, not before it: a W that is kept needs a copy."""

import numpy as np


def penalty(parameters, weight_decay):
    return weight_decay / 2 * sum((W**2).sum() for W in parameters.values() if W.ndim == 2)


def penalty_gradients(parameters, weight_decay):
    return {
        name: weight_decay * parameter if parameter.ndim == 2 else np.zeros_like(parameter)
        for name, parameter in parameters.items()
    }


def decoupled_step(optimizer, gradients, weight_decay):
    optimizer.step(gradients)
    for parameter in optimizer.parameters.values():
        if parameter.ndim == 2:
            parameter *= 1 - optimizer.learning_rate * weight_decay
