"""The updates have momentum: plain gradient descent has none."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    velocity = 0
    for _ in range(epochs):
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            velocity = 0.9 * velocity + gradient(w, minibatch)
            w = w - rates[-1] * velocity
    return w, rates
