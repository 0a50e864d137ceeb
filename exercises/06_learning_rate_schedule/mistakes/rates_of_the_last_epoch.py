"""The list of rates is emptied at the beginning of each epoch."""


def train(w, gradient, minibatches, epochs, schedule):
    step = 0
    for _ in range(epochs):
        rates = []
        for minibatch in minibatches:
            rates.append(schedule(step))
            w = w - rates[-1] * gradient(w, minibatch)
            step += 1
    return w, rates
