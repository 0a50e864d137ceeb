"""The schedule is asked for the number of the epoch instead of the step."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for epoch in range(epochs):
        rate = schedule(epoch)
        rates.append(rate)
        for minibatch in minibatches:
            w = w - rate * gradient(w, minibatch)
    return w, rates
