"""There is one epoch too few: range(1, epochs) leaves one out."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for _ in range(1, epochs):
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            w = w - rates[-1] * gradient(w, minibatch)
    return w, rates
