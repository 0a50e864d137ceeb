"""train clips to 1 instead of max_norm."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = model.gradients()
        norms.append(clip_gradient_norm(gradients, 1.0))
        optimizer.step(gradients)
    return norms
