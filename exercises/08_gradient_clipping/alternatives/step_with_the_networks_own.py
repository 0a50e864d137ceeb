"""Makes the step with gradients asked for anew, and returns an array of norms."""

import numpy as np


def clip_gradient_norm(gradients, max_norm):
    arrays = [gradient for gradient in gradients.values() if gradient is not None]
    norm = np.sqrt(sum((gradient**2).sum() for gradient in arrays))
    if norm > max_norm:
        for gradient in arrays:
            gradient *= max_norm / norm
    return norm


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = np.zeros(len(minibatches))
    for i in range(len(minibatches)):
        outputs = model.forward(minibatches[i][0])
        model.backward(loss_function(outputs, minibatches[i][1])[1])
        norms[i] = clip_gradient_norm(model.gradients(), max_norm)
        optimizer.step(model.gradients())
    return norms
