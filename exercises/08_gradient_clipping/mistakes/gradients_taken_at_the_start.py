"""The gradients are taken once before the loop: each backward pass makes new ones."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    gradients = model.gradients()
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        norms.append(clip_gradient_norm(gradients, max_norm))
        optimizer.step(gradients)
    return norms
