"""There is one update an epoch, with the gradients summed, instead of one for each minibatch."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for _ in range(epochs):
        rates.append(schedule(len(rates)))
        w = w - rates[-1] * sum(gradient(w, each) for each in minibatches)
    return w, rates
