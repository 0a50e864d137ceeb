"""Each epoch begins at the initial weights again."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    start = w
    for _ in range(epochs):
        w = start
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            w = w - rates[-1] * gradient(w, minibatch)
    return w, rates
