"""The gradients are clipped before the backward pass, which makes new ones."""

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
        model.zero_grad()
        norms.append(clip_gradient_norm(model.gradients(), max_norm))
        loss.backward()
        optimizer.step(model.gradients())
    return norms
