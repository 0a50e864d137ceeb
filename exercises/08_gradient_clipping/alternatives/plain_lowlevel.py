"""The right answer that the mistakes change."""

import math


def clip_gradient_norm(gradients, max_norm):
    tensors = [gradient for gradient in gradients.values() if gradient is not None]
    norm = math.sqrt(sum(gradient.square().sum().item() for gradient in tensors))
    if norm > max_norm:
        for gradient in tensors:
            gradient.mul_(max_norm / norm)  # in place: the network holds these tensors, too
    return norm


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        loss = loss_function(model.forward(X), targets)
        model.zero_grad()
        loss.backward()
        gradients = model.gradients()
        norms.append(clip_gradient_norm(gradients, max_norm))
        optimizer.step(gradients)
    return norms
