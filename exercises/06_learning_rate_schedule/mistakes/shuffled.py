"""The minibatches are shuffled in each epoch: they have to come in the order of the list."""

import numpy as np


def train(w, gradient, minibatches, epochs, schedule):
    rates = []
    generator = np.random.default_rng(0)
    for _ in range(epochs):
        for i in generator.permutation(len(minibatches)):
            rates.append(schedule(len(rates)))
            w = w - rates[-1] * gradient(w, minibatches[i])
    return w, rates
