"""The learning rate is multiplied by what the schedule returns instead of being replaced by it."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    rate = 1.0
    for _ in range(epochs):
        for minibatch in minibatches:
            rate *= schedule(len(rates))
            rates.append(rate)
            w = w - rate * gradient(w, minibatch)
    return w, rates
