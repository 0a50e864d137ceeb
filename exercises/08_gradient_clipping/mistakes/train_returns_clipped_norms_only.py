"""train returns the norms of those steps only that it clipped: each step has one."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = model.gradients()
        norm = clip_gradient_norm(gradients, max_norm)
        if norm > max_norm:
            norms.append(norm)
        optimizer.step(gradients)
    return norms
