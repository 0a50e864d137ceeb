"""train makes its steps with gradients that were not clipped."""

import numpy as np


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = model.gradients()
        norms.append(np.sqrt(sum((gradient**2).sum() for gradient in gradients.values())))
        optimizer.step(gradients)
    return norms
