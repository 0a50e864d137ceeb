"""The list has one learning rate an epoch instead of one for each update."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    step = 0
    for _ in range(epochs):
        for minibatch in minibatches:
            rate = schedule(step)
            w = w - rate * gradient(w, minibatch)
            step += 1
        rates.append(rate)
    return w, rates
