"""There is only one epoch, whatever epochs says (does the return stand in the loop?)."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for minibatch in minibatches:
        rates.append(schedule(len(rates)))
        w = w - rates[-1] * gradient(w, minibatch)
    return w, rates
