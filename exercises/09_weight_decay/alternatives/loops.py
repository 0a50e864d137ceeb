"""Adds up entry by entry; the penalty is an array with one entry."""

import numpy as np


def penalty(parameters, weight_decay):
    total = np.zeros(1)
    for parameter in parameters.values():
        if parameter.ndim == 2:
            for row in parameter:
                for value in row:
                    total += weight_decay * value * value / 2
    return total


def penalty_gradients(parameters, weight_decay):
    gradients = {}
    for name in parameters:
        gradients[name] = np.zeros(parameters[name].shape)
        if parameters[name].ndim == 2:
            for place in np.ndindex(parameters[name].shape):
                gradients[name][place] = weight_decay * parameters[name][place]
    return gradients


def l2_step(optimizer, gradients, weight_decay):
    decay = penalty_gradients(optimizer.parameters, weight_decay)
    optimizer.step({name: gradients[name] + decay[name] for name in gradients})


def decoupled_step(optimizer, gradients, weight_decay):
    for parameter in optimizer.parameters.values():
        if parameter.ndim == 2:
            parameter *= 1 - optimizer.learning_rate * weight_decay
    optimizer.step(gradients)
