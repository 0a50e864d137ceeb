"""The gradients are taken before the backward pass: some are those of the step before."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        gradients = model.gradients()
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        norms.append(clip_gradient_norm(gradients, max_norm))
        optimizer.step(gradients)
    return norms
