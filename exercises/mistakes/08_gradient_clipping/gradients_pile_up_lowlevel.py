"""zero_grad is missing: each backward pass adds to the gradients of the steps before."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        loss = loss_function(model.forward(X), targets)
        loss.backward()
        gradients = model.gradients()
        norms.append(clip_gradient_norm(gradients, max_norm))
        optimizer.step(gradients)
    return norms
