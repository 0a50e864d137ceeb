"""The step is counted within the epoch: it begins at 0 again in each one."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for _ in range(epochs):
        for step, minibatch in enumerate(minibatches):
            rates.append(schedule(step))
            w = w - rates[-1] * gradient(w, minibatch)
    return w, rates
