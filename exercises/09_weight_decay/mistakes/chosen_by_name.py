"""The name decides what is decayed, and batch normalization's scale is called weight, too."""

import numpy as np


def penalty(parameters, weight_decay):
    return weight_decay / 2 * sum((W**2).sum() for k, W in parameters.items() if "weight" in k)


def penalty_gradients(parameters, weight_decay):
    return {
        name: weight_decay * parameter if "weight" in name else np.zeros_like(parameter)
        for name, parameter in parameters.items()
    }


def decoupled_step(optimizer, gradients, weight_decay):
    for name, parameter in optimizer.parameters.items():
        if "weight" in name:
            parameter *= 1 - optimizer.learning_rate * weight_decay
    optimizer.step(gradients)
