"""Squares np.linalg.norm."""

import numpy as np


def penalty(parameters, weight_decay):
    norms = (np.linalg.norm(W) for W in parameters.values() if W.ndim == 2)
    return weight_decay / 2 * sum(norm**2 for norm in norms)


def penalty_gradients(parameters, weight_decay):
    return {
        name: weight_decay * parameter if parameter.ndim == 2 else np.zeros_like(parameter)
        for name, parameter in parameters.items()
    }


def l2_step(optimizer, gradients, weight_decay):
    decay = penalty_gradients(optimizer.parameters, weight_decay)
    optimizer.step({name: gradients[name] + decay[name] for name in gradients})


def decoupled_step(optimizer, gradients, weight_decay):
    decay = penalty_gradients(optimizer.parameters, optimizer.learning_rate * weight_decay)
    for name, parameter in optimizer.parameters.items():
        parameter -= decay[name]
    optimizer.step(dict(gradients))
