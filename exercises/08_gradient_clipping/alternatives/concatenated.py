"""Takes the norm of one long vector, and writes through slices."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient.ravel() for gradient in gradients.values() if gradient is not None]
    norm = np.linalg.norm(np.concatenate([np.zeros(0), *arrays]))
    for name in gradients:
        if gradients[name] is not None and norm >= max_norm:
            gradients[name][...] = gradients[name] / norm * max_norm
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
