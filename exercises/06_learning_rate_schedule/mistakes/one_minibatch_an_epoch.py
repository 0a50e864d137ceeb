"""Each epoch uses one minibatch: it has to go through all of them."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for step in range(epochs):
        rates.append(schedule(step))
        w = w - rates[-1] * gradient(w, minibatches[step % len(minibatches)])
    return w, rates
