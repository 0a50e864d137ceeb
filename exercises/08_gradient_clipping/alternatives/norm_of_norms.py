"""Takes the norm of the arrays' norms, and divides by max(norm, limit)."""

import math

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    norm = math.hypot(*(np.linalg.norm(g) for g in gradients.values() if g is not None))
    for gradient in gradients.values():
        if gradient is not None:
            np.multiply(gradient, max_norm / max(norm, max_norm), out=gradient)
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
