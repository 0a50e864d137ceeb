"""train clips at the first step only."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = model.gradients()
        limit = max_norm if not norms else float("inf")
        norms.append(clip_gradient_norm(gradients, limit))
        optimizer.step(gradients)
    return norms
