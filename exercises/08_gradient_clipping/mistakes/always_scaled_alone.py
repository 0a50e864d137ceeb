"""Short gradients are stretched: those that are not longer than max_norm stay as they are."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    for gradient in arrays:
        gradient *= max_norm / (norm + 1e-6)
    return norm


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = model.gradients()
        norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))
        factor = min(1, max_norm / norm)
        optimizer.step({name: gradient * factor for name, gradient in gradients.items()})
        norms.append(norm)
    return norms
