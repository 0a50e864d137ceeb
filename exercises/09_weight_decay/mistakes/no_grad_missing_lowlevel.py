"""A parameter is changed in place while autograd records: that needs torch.no_grad()."""

import torch


def penalty(parameters, weight_decay):
    return weight_decay / 2 * sum(W.square().sum() for W in parameters.values() if W.ndim == 2)


@torch.no_grad()
def penalty_gradients(parameters, weight_decay):
    return {
        name: weight_decay * parameter if parameter.ndim == 2 else torch.zeros_like(parameter)
        for name, parameter in parameters.items()
    }


def decoupled_step(optimizer, gradients, weight_decay):
    for parameter in optimizer.parameters.values():
        if parameter.ndim == 2:
            parameter *= 1 - optimizer.learning_rate * weight_decay
    optimizer.step(gradients)
