"""Forgets the gradients at the end of each step, and computes in Python's floats."""

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
        loss_function(model.forward(X), targets).backward()
        norms.append(clip_gradient_norm(model.gradients(), max_norm))
        optimizer.step(model.gradients())
        model.zero_grad()
    return norms
