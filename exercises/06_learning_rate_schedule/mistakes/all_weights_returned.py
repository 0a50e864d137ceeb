"""train returns the weights after every update instead of after the last one."""


def train(w, gradient, minibatches, epochs, schedule):
    rates, path = [], []
    for _ in range(epochs):
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            w = w - rates[-1] * gradient(w, minibatch)
            path.append(w)
    return path, rates
