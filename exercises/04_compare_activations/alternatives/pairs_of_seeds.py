"""Compares seed by seed; whole numbers for slopes, a clipped exponent."""

import numpy as np


def sigmoid(Z):
    return 1 / (1 + np.exp(-np.clip(Z, -500, 500)))


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
    return np.where(Z > 0, 1, 0)


def leaky_relu(Z, slope=0.01):
    return np.maximum(Z, slope * Z)


def leaky_relu_derivative(Z, slope=0.01):
    return np.where(Z > 0, 1.0, slope)


def compare(train, choices, learning_rates, seeds):
    losses = {
        (choice, rate): np.array([train(choice, rate, seed)[-1] for seed in seeds])
        for rate in learning_rates
        for choice in choices
    }
    results, ends = {}, {}
    for choice in choices:
        fine = [rate for rate in learning_rates if np.isfinite(losses[choice, rate]).all()]
        best = min(fine, key=lambda rate: losses[choice, rate].mean())
        runs = ends[choice] = losses[choice, best]
        spread = np.abs(runs - runs.mean()).mean()
        results[choice] = {"learning_rate": best, "mean": runs.mean(), "spread": spread}
    order = sorted(results, key=lambda choice: results[choice]["mean"])
    differences = ends[order[1]] - ends[order[0]]
    error = differences.std(ddof=1) / np.sqrt(len(seeds))
    winner = order[0] if differences.mean() > 3 * error else "undecided"
    return winner, results
