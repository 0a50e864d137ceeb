"""train uses the first minibatch at every step."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    X, targets = minibatches[0]
    for _ in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = model.gradients()
        norms.append(clip_gradient_norm(gradients, max_norm))
        optimizer.step(gradients)
    return norms
