"""np.linalg.norm(W, 2) is the largest singular value of W, not the root of its squares."""

import numpy as np


def penalty(parameters, weight_decay):
    norms = (np.linalg.norm(W, 2) for W in parameters.values() if W.ndim == 2)
    return weight_decay / 2 * sum(norm**2 for norm in norms)


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
