"""train limits the loss instead of the gradients."""

import math


def clip_gradient_norm(gradients, max_norm):
    tensors = [gradient for gradient in gradients.values() if gradient is not None]
    norm = math.sqrt(sum(gradient.square().sum().item() for gradient in tensors))
    if norm > max_norm:
        for gradient in tensors:
            gradient.mul_(max_norm / norm)
    return norm


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        loss = loss_function(model.forward(X), targets)
        norms.append(loss.item())
        model.zero_grad()
        loss.clamp(max=max_norm).backward()
        optimizer.step(model.gradients())
    return norms
