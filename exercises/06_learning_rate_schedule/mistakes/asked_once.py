"""The schedule is asked for step 0 alone: the loop has to ask it for each step."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    rate = schedule(0)
    for _ in range(epochs):
        for minibatch in minibatches:
            rates.append(rate)
            w = w - rate * gradient(w, minibatch)
    return w, rates
