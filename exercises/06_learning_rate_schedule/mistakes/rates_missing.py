"""train returns the weights alone: the list of the learning rates is missing."""


def train(w, gradient, minibatches, epochs, schedule):
    step = 0
    for _ in range(epochs):
        for minibatch in minibatches:
            w = w - schedule(step) * gradient(w, minibatch)
            step += 1
    return w
