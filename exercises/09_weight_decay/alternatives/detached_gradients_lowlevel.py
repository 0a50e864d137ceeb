"""Takes ηλW off after the step, from a copy."""

import torch


def penalty(parameters, weight_decay):
    return weight_decay / 2 * sum(W.square().sum() for W in parameters.values() if W.ndim == 2)


@torch.no_grad()
def penalty_gradients(parameters, weight_decay):
    return {
        name: weight_decay * parameter if parameter.ndim == 2 else torch.zeros_like(parameter)
        for name, parameter in parameters.items()
    }


def l2_step(optimizer, gradients, weight_decay):
    decay = penalty_gradients(optimizer.parameters, weight_decay)
    optimizer.step({name: gradients[name] + decay[name] for name in gradients})


def decoupled_step(optimizer, gradients, weight_decay):
    before = {name: tensor.detach().clone() for name, tensor in optimizer.parameters.items()}
    optimizer.step(gradients)
    with torch.no_grad():
        for name, tensor in optimizer.parameters.items():
            if tensor.ndim == 2:
                tensor.sub_(before[name], alpha=optimizer.learning_rate * weight_decay)
