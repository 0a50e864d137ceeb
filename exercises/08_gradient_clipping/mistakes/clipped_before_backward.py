"""The gradients are clipped before the backward pass, which makes new ones."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        norms.append(clip_gradient_norm(model.gradients(), max_norm))
        model.backward(grad_outputs)
        optimizer.step(model.gradients())
    return norms
