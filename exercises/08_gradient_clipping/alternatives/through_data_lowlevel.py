"""Writes through .data and copy_, with an infinite factor at 0 clamped."""

import torch


def clip_gradient_norm(gradients, max_norm):
    tensors = [gradient for gradient in gradients.values() if gradient is not None]
    norm = torch.cat([torch.zeros(0), *(gradient.flatten() for gradient in tensors)]).norm()
    factor = torch.minimum(torch.tensor(1.0), max_norm / norm)
    for gradient in tensors:
        gradient.data.copy_(gradient.data * factor)
    return norm.item()


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
