"""The step is counted before the schedule is asked: the first one asked for is step 1."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    step = 0
    for _ in range(epochs):
        for minibatch in minibatches:
            step += 1
            rates.append(schedule(step))
            w = w - rates[-1] * gradient(w, minibatch)
    return w, rates
