"""The penalty is that of the last weight: each one overwrites the sum of those before it."""

import numpy as np


def penalty(parameters, weight_decay):
    for parameter in parameters.values():
        if parameter.ndim == 2:
            total = weight_decay / 2 * (parameter**2).sum()
    return total


def penalty_gradients(parameters, weight_decay):
    return {
        name: weight_decay * parameter if parameter.ndim == 2 else np.zeros_like(parameter)
        for name, parameter in parameters.items()
    }


def decoupled_step(optimizer, gradients, weight_decay):
    for parameter in optimizer.parameters.values():
        if parameter.ndim == 2:
            parameter *= 1 - optimizer.learning_rate * weight_decay
    optimizer.step(gradients)
