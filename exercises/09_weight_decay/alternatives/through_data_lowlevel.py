"""Writes through .data, and computes where autograd records."""

import torch


def penalty(parameters, weight_decay):
    R = torch.zeros(1, dtype=torch.float64)
    for W in parameters.values():
        if W.dim() == 2:
            R = R + 0.5 * weight_decay * torch.norm(W) ** 2
    return R


def penalty_gradients(parameters, weight_decay):
    return {
        name: parameter * (weight_decay if parameter.dim() == 2 else 0)
        for name, parameter in parameters.items()
    }


def l2_step(optimizer, gradients, weight_decay):
    decay = penalty_gradients(optimizer.parameters, weight_decay)
    optimizer.step({name: gradients[name] + decay[name] for name in gradients})


def decoupled_step(optimizer, gradients, weight_decay):
    for parameter in optimizer.parameters.values():
        if parameter.dim() == 2:
            parameter.data.mul_(1 - optimizer.learning_rate * weight_decay)
    optimizer.step(gradients)
