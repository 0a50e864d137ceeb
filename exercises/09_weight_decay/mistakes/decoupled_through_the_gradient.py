"""decoupled_step adds the decay to the gradient: that is the L2 step."""

import numpy as np


def penalty(parameters, weight_decay):
    return weight_decay / 2 * sum((W**2).sum() for W in parameters.values() if W.ndim == 2)


def penalty_gradients(parameters, weight_decay):
    return {
        name: weight_decay * parameter if parameter.ndim == 2 else np.zeros_like(parameter)
        for name, parameter in parameters.items()
    }


def decoupled_step(optimizer, gradients, weight_decay):
    decay = penalty_gradients(optimizer.parameters, weight_decay)
    optimizer.step({name: gradients[name] + decay[name] for name in gradients})
