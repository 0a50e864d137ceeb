"""The loop changes the array of the caller: w -= ... works in place."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for _ in range(epochs):
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            w -= rates[-1] * gradient(w, minibatch)
    return w, rates
