"""The gradients are clipped before the backward pass, which makes new ones."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        loss = loss_function(model.forward(X), targets)
        model.zero_grad()
        norms.append(clip_gradient_norm(model.gradients(), max_norm))
        loss.backward()
        optimizer.step(model.gradients())
    return norms
