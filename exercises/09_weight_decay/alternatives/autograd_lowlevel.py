"""Lets autograd find the gradients of the penalty."""

import torch


def penalty(parameters, weight_decay):
    return weight_decay / 2 * sum(W.square().sum() for W in parameters.values() if W.ndim == 2)


def penalty_gradients(parameters, weight_decay):
    tensors = list(parameters.values())
    R = penalty(parameters, weight_decay)
    found = torch.autograd.grad(R, tensors, allow_unused=True)
    return {
        name: torch.zeros_like(tensor) if gradient is None else gradient
        for (name, tensor), gradient in zip(parameters.items(), found, strict=True)
    }


def l2_step(optimizer, gradients, weight_decay):
    decay = penalty_gradients(optimizer.parameters, weight_decay)
    optimizer.step({name: gradients[name] + decay[name] for name in gradients})


@torch.no_grad()
def decoupled_step(optimizer, gradients, weight_decay):
    for parameter in optimizer.parameters.values():
        if parameter.ndim == 2:
            parameter *= 1 - optimizer.learning_rate * weight_decay
    optimizer.step(gradients)
