"""train returns the learning rates before the weights: the tuple is (w, rates)."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for _ in range(epochs):
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            w = w - rates[-1] * gradient(w, minibatch)
    return rates, w
