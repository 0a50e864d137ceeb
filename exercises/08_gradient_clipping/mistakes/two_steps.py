"""train calls optimizer.step twice for each minibatch, before and after the clipping."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        optimizer.step(model.gradients())
        norms.append(clip_gradient_norm(model.gradients(), max_norm))
        optimizer.step(model.gradients())
    return norms
