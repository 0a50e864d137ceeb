"""train returns an empty list: the norms are not put into it."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = model.gradients()
        clip_gradient_norm(gradients, max_norm)
        optimizer.step(gradients)
    return norms
