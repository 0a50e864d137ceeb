"""decoupled_step shrinks the gradients instead of the weights."""

import numpy as np


def penalty(parameters, weight_decay):
    return weight_decay / 2 * sum((W**2).sum() for W in parameters.values() if W.ndim == 2)


def penalty_gradients(parameters, weight_decay):
    return {
        name: weight_decay * parameter if parameter.ndim == 2 else np.zeros_like(parameter)
        for name, parameter in parameters.items()
    }


def decoupled_step(optimizer, gradients, weight_decay):
    factor = 1 - optimizer.learning_rate * weight_decay
    new = {k: g * factor if g.ndim == 2 else g for k, g in gradients.items()}
    optimizer.step(new)
