"""Writes both steps out, and takes ηλW off in place."""

import numpy as np


def penalty(parameters, weight_decay):
    return weight_decay / 2 * sum((W**2).sum() for W in parameters.values() if W.ndim == 2)


def penalty_gradients(parameters, weight_decay):
    return {
        name: weight_decay * parameter if parameter.ndim == 2 else np.zeros_like(parameter)
        for name, parameter in parameters.items()
    }


def l2_step(optimizer, gradients, weight_decay):
    new = {}
    for name, parameter in optimizer.parameters.items():
        new[name] = gradients[name]
        if parameter.ndim == 2:
            new[name] = gradients[name] + weight_decay * parameter
    optimizer.step(new)


def decoupled_step(optimizer, gradients, weight_decay):
    for W in optimizer.parameters.values():
        if len(W.shape) > 1:
            W -= optimizer.learning_rate * weight_decay * W
    optimizer.step(gradients)
