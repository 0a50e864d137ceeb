"""The schedule is asked for the number of the epoch instead of the step."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for epoch in range(epochs):
        for minibatch in minibatches:
            rates.append(schedule(epoch))
            w = w - rates[-1] * gradient(w, minibatch)
    return w, rates
