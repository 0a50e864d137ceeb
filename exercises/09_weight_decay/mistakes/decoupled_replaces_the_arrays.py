"""decoupled_step puts new arrays into optimizer.parameters: the network keeps the old ones."""

import numpy as np


def penalty(parameters, weight_decay):
    return weight_decay / 2 * sum((W**2).sum() for W in parameters.values() if W.ndim == 2)


def penalty_gradients(parameters, weight_decay):
    return {
        name: weight_decay * parameter if parameter.ndim == 2 else np.zeros_like(parameter)
        for name, parameter in parameters.items()
    }


def decoupled_step(optimizer, gradients, weight_decay):
    for name, parameter in optimizer.parameters.items():
        if parameter.ndim == 2:
            shrunk = parameter * (1 - optimizer.learning_rate * weight_decay)
            optimizer.parameters[name] = shrunk
    optimizer.step(gradients)
