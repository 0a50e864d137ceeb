"""The gradients are taken before the backward pass: some are those of the step before."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        gradients = model.gradients()
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        norms.append(clip_gradient_norm(gradients, max_norm))
        optimizer.step(gradients)
    return norms
