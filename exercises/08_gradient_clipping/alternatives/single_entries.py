"""Loops over single entries; the norm is an array with one entry."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    total = np.zeros(1)
    for gradient in gradients.values():
        if gradient is not None:
            for value in gradient.flat:
                total[0] += value * value
    norm = np.sqrt(total)
    for gradient in gradients.values():
        if gradient is not None and norm[0] > max_norm:
            for place in np.ndindex(gradient.shape):
                gradient[place] *= max_norm / norm[0]
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
