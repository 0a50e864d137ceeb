"""The gradient is divided by the size of the minibatch or of w: it is ∂L/∂w as it comes."""


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    for _ in range(epochs):
        for minibatch in minibatches:
            rates.append(schedule(len(rates)))
            w = w - rates[-1] * gradient(w, minibatch) / len(
                minibatch
            )  # w -= would change the caller's array
    return w, rates
