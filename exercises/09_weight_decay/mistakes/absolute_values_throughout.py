"""Penalty and gradient are those of absolute values (L1) instead of squares."""

import numpy as np


def penalty(parameters, weight_decay):
    return weight_decay / 2 * sum(np.abs(W).sum() for W in parameters.values() if W.ndim == 2)


def penalty_gradients(parameters, weight_decay):
    return {
        name: weight_decay / 2 * np.sign(parameter)
        if parameter.ndim == 2
        else np.zeros_like(parameter)
        for name, parameter in parameters.items()
    }


def decoupled_step(optimizer, gradients, weight_decay):
    for parameter in optimizer.parameters.values():
        if parameter.ndim == 2:
            parameter *= 1 - optimizer.learning_rate * weight_decay
    optimizer.step(gradients)
