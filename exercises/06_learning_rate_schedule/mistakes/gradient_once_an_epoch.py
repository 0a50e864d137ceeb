"""The weights for the gradient are renewed only once an epoch instead of after each update."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for _ in range(epochs):
        start = w
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            w = w - rates[-1] * gradient(start, minibatch)
    return w, rates
