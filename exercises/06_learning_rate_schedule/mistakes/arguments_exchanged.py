"""gradient is called with its two arguments exchanged: it is gradient(w, minibatch)."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for _ in range(epochs):
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            w = w - rates[-1] * gradient(minibatch, w)
    return w, rates
