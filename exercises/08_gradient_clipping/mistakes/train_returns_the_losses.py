"""train returns the losses instead of the norms."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    losses = []
    for X, targets in minibatches:
        loss, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = model.gradients()
        clip_gradient_norm(gradients, max_norm)
        losses.append(loss)
        optimizer.step(gradients)
    return losses
