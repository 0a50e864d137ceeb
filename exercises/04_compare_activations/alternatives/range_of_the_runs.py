"""Ranges, the worst run against the others' best; booleans, slope 1 at 0."""

import numpy as np


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))  # may warn of an overflow; 1 / inf is 0


def sigmoid_derivative(Z):
    A = sigmoid(Z)
    return A * (1 - A)


def tanh(Z):
    return np.tanh(Z)


def tanh_derivative(Z):
    return 1 - np.tanh(Z) ** 2


def relu(Z):
    return np.maximum(Z, 0)


def relu_derivative(Z):
    return Z >= 0


def leaky_relu(Z, slope=0.01):
    return np.where(Z > 0, Z, slope * Z)


def leaky_relu_derivative(Z, slope=0.01):
    return np.vectorize(lambda z: 1.0 if z >= 0 else slope)(Z)


def compare(train, choices, learning_rates, seeds):
    results, ends = {}, {}
    for choice in choices:
        for rate in learning_rates:
            runs = [float(train(choice, rate, seed)[-1]) for seed in seeds]
            mean = sum(runs) / len(runs)
            if mean != mean:
                continue
            if choice not in results or mean < results[choice]["mean"]:
                spread = max(runs) - min(runs)
                results[choice] = {"learning_rate": rate, "mean": mean, "spread": spread}
                ends[choice] = runs
    for choice in choices:
        if all(max(ends[choice]) < min(ends[other]) for other in choices if other != choice):
            return choice, results
    return "undecided", results
