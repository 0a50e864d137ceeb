"""train clips the parameters instead of the gradients."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        norms.append(clip_gradient_norm(model.parameters(), max_norm))
        optimizer.step(model.gradients())
    return norms
