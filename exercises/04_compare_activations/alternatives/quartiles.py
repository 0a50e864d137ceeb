"""Distances of quartiles, and a list for a tuple; hyperbolic functions."""

import numpy as np


def sigmoid(Z):
    return 0.5 * (1 + np.tanh(0.5 * Z))


def sigmoid_derivative(Z):
    return 0.25 / np.cosh(Z / 2) ** 2


def tanh(Z):
    return np.tanh(Z)


def tanh_derivative(Z):
    return 1 / np.cosh(Z) ** 2


def relu(Z):
    return np.maximum(Z, 0)


def relu_derivative(Z):
    return np.where(Z > 0, 1.0, 0.0)


def leaky_relu(Z, slope=0.01):
    return np.where(Z > 0, Z, slope * Z)


def leaky_relu_derivative(Z, slope=0.01):
    return np.where(Z > 0, 1.0, slope)


def compare(train, choices, learning_rates, seeds):
    losses = np.zeros((len(choices), len(learning_rates), len(seeds)))
    for k, seed in enumerate(seeds):
        for j, rate in enumerate(learning_rates):
            for i, choice in enumerate(choices):
                *_, losses[i, j, k] = train(choice, rate, seed)
    means = losses.mean(axis=2)
    best = np.nanargmin(means, axis=1)
    results = {}
    for i, choice in enumerate(choices):
        low, high = np.quantile(losses[i, best[i]], [0.25, 0.75])
        rate = learning_rates[best[i]]
        results[choice] = {"learning_rate": rate, "mean": means[i, best[i]], "spread": high - low}
    order = np.argsort([results[choice]["mean"] for choice in choices])
    first, second = choices[order[0]], choices[order[1]]
    largest = max(results[first]["spread"], results[second]["spread"])
    if results[second]["mean"] - results[first]["mean"] <= largest:
        first = "undecided"
    return [first, results]
