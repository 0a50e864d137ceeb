"""The updates use the first learning rate throughout, though the list has those of the schedule."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    first = schedule(0)
    for _ in range(epochs):
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            w = w - first * gradient(w, minibatch)
    return w, rates
