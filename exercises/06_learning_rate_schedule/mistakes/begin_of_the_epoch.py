"""The step stands still within an epoch: it has to count every update."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for epoch in range(epochs):
        for minibatch in minibatches:
            rates.append(schedule(epoch * len(minibatches)))
            w = w - rates[-1] * gradient(w, minibatch)
    return w, rates
