"""train returns the norms from after the clipping instead of those from before."""

import numpy as np


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = model.gradients()
        clip_gradient_norm(gradients, max_norm)
        norms.append(np.sqrt(sum((gradient**2).sum() for gradient in gradients.values())))
        optimizer.step(gradients)
    return norms
