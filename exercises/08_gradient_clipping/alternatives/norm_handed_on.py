"""Has a function for the norm and hands it on, as the tiers do."""

import numpy as np


def gradient_norm(gradients):
    return np.sqrt(sum(np.vdot(g, g) for g in gradients.values() if g is not None))


def clip_gradient_norm(gradients, max_norm, norm=None):
    if norm is None:
        norm = gradient_norm(gradients)
    if norm == 0:
        return 0
    factor = min(1.0, max_norm / norm)
    for gradient in gradients.values():
        if gradient is not None:
            gradient *= factor
    return norm


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = model.gradients()
        norms.append(gradient_norm(gradients))
        clip_gradient_norm(gradients, max_norm, norms[-1])
        optimizer.step(gradients)
    return norms
