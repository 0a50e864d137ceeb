"""The step is epoch * epochs + i: an epoch has len(minibatches) steps."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for epoch in range(epochs):
        for i, minibatch in enumerate(minibatches):
            rates.append(schedule(epoch * epochs + i))
            w = w - rates[-1] * gradient(w, minibatch)
    return w, rates
