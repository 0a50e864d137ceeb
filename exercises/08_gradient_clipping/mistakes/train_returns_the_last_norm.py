"""train returns the last norm alone instead of one for each step."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = model.gradients()
        norm = clip_gradient_norm(gradients, max_norm)
        optimizer.step(gradients)
    return norm
