"""Each update uses the learning rate of the step before it, though the list has the right ones."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    rate = schedule(0)
    for _ in range(epochs):
        for minibatch in minibatches:
            w = w - rate * gradient(w, minibatch)
            rate = schedule(len(rates))
            rates.append(rate)
    return w, rates
