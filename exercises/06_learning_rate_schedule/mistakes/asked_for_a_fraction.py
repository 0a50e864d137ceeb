"""The schedule is asked for a fraction of epochs instead of the whole number of the step."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for epoch in range(epochs):
        for i, minibatch in enumerate(minibatches):
            rates.append(schedule(epoch + i / len(minibatches)))
            w = w - rates[-1] * gradient(w, minibatch)
    return w, rates
