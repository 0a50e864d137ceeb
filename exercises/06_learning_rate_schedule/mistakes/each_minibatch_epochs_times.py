"""Each minibatch is used for all epochs before the next one comes: the loops are exchanged."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for minibatch in minibatches:
        for _ in range(epochs):
            rates.append(schedule(len(rates)))
            w = w - rates[-1] * gradient(w, minibatch)
    return w, rates
