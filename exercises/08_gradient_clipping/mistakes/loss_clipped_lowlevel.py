"""train limits the loss instead of the gradients."""


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        loss = loss_function(model.forward(X), targets)
        norms.append(loss.item())
        model.zero_grad()
        loss.clamp(max=max_norm).backward()
        optimizer.step(model.gradients())
    return norms
