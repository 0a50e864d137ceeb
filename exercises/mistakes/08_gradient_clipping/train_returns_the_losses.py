"""train returns the losses instead of the norms."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm


def train(model, loss_function, optimizer, minibatches, max_norm):
    losses = []
    for X, targets in minibatches:
        loss, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = model.gradients()
        clip_gradient_norm(gradients, max_norm)
        losses.append(loss)
        optimizer.step(gradients)
    return losses
