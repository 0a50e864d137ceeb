"""train scales the gradients once more: clip_gradient_norm has done so already."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        gradients = model.gradients()
        norms.append(clip_gradient_norm(gradients, max_norm))
        if norms[-1] > max_norm:
            for gradient in gradients.values():
                gradient *= max_norm / norms[-1]
        optimizer.step(gradients)
    return norms
