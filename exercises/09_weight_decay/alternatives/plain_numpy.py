"""The right answer that the mistakes change."""

import numpy as np


def is_weight(parameter):
    return parameter.ndim == 2


def penalty(parameters, weight_decay):
    return weight_decay / 2 * sum((W**2).sum() for W in parameters.values() if is_weight(W))


def penalty_gradients(parameters, weight_decay):
    return {
        name: weight_decay * parameter if is_weight(parameter) else np.zeros_like(parameter)
        for name, parameter in parameters.items()
    }


def l2_step(optimizer, gradients, weight_decay):
    decay = penalty_gradients(optimizer.parameters, weight_decay)
    optimizer.step({name: gradients[name] + decay[name] for name in gradients})


def decoupled_step(optimizer, gradients, weight_decay):
    for parameter in optimizer.parameters.values():
        if is_weight(parameter):
            parameter *= 1 - optimizer.learning_rate * weight_decay
    optimizer.step(gradients)
