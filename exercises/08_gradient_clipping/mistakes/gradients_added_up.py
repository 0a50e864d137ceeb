"""The gradients of earlier steps are added (in tier 2: zero_grad is missing in the loop)."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms, total = [], {}
    for X, targets in minibatches:
        _, grad_outputs = loss_function(model.forward(X), targets)
        model.backward(grad_outputs)
        for name, gradient in model.gradients().items():
            total[name] = total.get(name, 0) + gradient
        norms.append(clip_gradient_norm(total, max_norm))
        optimizer.step(total)
    return norms
