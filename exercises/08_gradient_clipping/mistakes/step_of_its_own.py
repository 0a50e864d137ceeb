"""train changes the parameters by itself instead of calling optimizer.step."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = model.gradients()
        norms.append(clip_gradient_norm(gradients, max_norm))
        for name, parameter in model.parameters().items():
            parameter -= optimizer.learning_rate * gradients[name]
    return norms
