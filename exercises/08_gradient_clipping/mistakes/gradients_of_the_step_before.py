"""train makes a step with the gradients of the minibatch before."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms, before = [], None
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = {name: gradient.copy() for name, gradient in model.gradients().items()}
        norms.append(clip_gradient_norm(gradients, max_norm))
        optimizer.step(before or gradients)
        before = gradients
    return norms
