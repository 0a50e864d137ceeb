"""The initial weights are returned instead of the trained ones."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    start = w
    for _ in range(epochs):
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            w = w - rates[-1] * gradient(w, minibatch)
    return start, rates
