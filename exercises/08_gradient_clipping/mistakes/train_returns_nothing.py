"""train returns nothing: the list of the norms is missing."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = model.gradients()
        clip_gradient_norm(gradients, max_norm)
        optimizer.step(gradients)
