"""The gradient is always computed at the initial weights instead of at the newest ones."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    start = w
    for _ in range(epochs):
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            w = w - rates[-1] * gradient(start, minibatch)
    return w, rates
