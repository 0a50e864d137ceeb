"""train makes its steps with gradients that were not clipped."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        copies = {name: gradient.copy() for name, gradient in model.gradients().items()}
        norms.append(clip_gradient_norm(copies, max_norm))
        optimizer.step(model.gradients())
    return norms
