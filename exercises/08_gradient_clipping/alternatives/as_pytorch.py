"""Divides by the norm plus 1e-6, and multiplies always."""

import math

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = math.sqrt(sum(float(np.vdot(gradient, gradient)) for gradient in arrays))
    factor = min(1.0, max_norm / (norm + 1e-6))
    for gradient in arrays:
        gradient *= factor
    return norm


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = model.gradients()
        norms.append(clip_gradient_norm(gradients, max_norm))
        optimizer.step(gradients)
    return norms
