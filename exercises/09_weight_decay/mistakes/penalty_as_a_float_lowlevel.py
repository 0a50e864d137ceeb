"""The penalty comes without a graph: item, detach or no_grad cut autograd off from it."""

import torch


def penalty(parameters, weight_decay):
    weights = parameters.values()
    return weight_decay / 2 * sum(W.square().sum().item() for W in weights if W.ndim == 2)


@torch.no_grad()
def penalty_gradients(parameters, weight_decay):
    return {
        name: weight_decay * parameter if parameter.ndim == 2 else torch.zeros_like(parameter)
        for name, parameter in parameters.items()
    }


@torch.no_grad()
def decoupled_step(optimizer, gradients, weight_decay):
    for parameter in optimizer.parameters.values():
        if parameter.ndim == 2:
            parameter *= 1 - optimizer.learning_rate * weight_decay
    optimizer.step(gradients)
