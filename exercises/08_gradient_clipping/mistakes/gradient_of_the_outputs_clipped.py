"""train clips the gradient of the outputs instead of those of the parameters."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        norms.append(clip_gradient_norm({"outputs": grad_outputs}, max_norm))
        model.backward(grad_outputs)
        optimizer.step(model.gradients())
    return norms
