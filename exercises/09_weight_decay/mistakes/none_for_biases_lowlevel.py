"""The gradient of a bias is None, since autograd finds no path: it is a tensor of zeros."""

import torch


def penalty(parameters, weight_decay):
    return weight_decay / 2 * sum(W.square().sum() for W in parameters.values() if W.ndim == 2)


def penalty_gradients(parameters, weight_decay):
    tensors = list(parameters.values())
    R = penalty(parameters, weight_decay)
    return dict(zip(parameters, torch.autograd.grad(R, tensors, allow_unused=True), strict=True))


def l2_step(optimizer, gradients, weight_decay):
    new = {}
    for name, parameter in optimizer.parameters.items():
        new[name] = gradients[name]
        if parameter.ndim == 2:
            new[name] = gradients[name] + weight_decay * parameter
    optimizer.step(new)


@torch.no_grad()
def decoupled_step(optimizer, gradients, weight_decay):
    for parameter in optimizer.parameters.values():
        if parameter.ndim == 2:
            parameter *= 1 - optimizer.learning_rate * weight_decay
    optimizer.step(gradients)
