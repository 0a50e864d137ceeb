"""Fills copies by masks, sign by sign, and writes the derivative of sigmoid as A - A²."""

import numpy as np


def sigmoid(Z):
    A = np.empty_like(Z)
    positive = Z >= 0
    A[positive] = 1 / (1 + np.exp(-Z[positive]))
    exp = np.exp(Z[~positive])
    A[~positive] = exp / (1 + exp)
    return A


def sigmoid_derivative(Z):
    return sigmoid(Z) - sigmoid(Z) ** 2


def tanh(Z):
    return np.tanh(Z)


def tanh_derivative(Z):
    return 1 - np.tanh(Z) ** 2


def relu(Z):
    A = Z.copy()
    A[A < 0] = 0
    return A


def relu_derivative(Z):
    return np.where(Z > 0, 1.0, 0.0)


def leaky_relu(Z, slope=0.01):
    return np.where(Z > 0, Z, slope * Z)


def leaky_relu_derivative(Z, slope=0.01):
    D = np.ones_like(Z)
    D[Z <= 0] = slope
    return D


def compare(train, choices, learning_rates, seeds):
    results = {}
    for choice in choices:
        losses = np.array(
            [[train(choice, rate, seed)[-1] for seed in seeds] for rate in learning_rates]
        )
        # A mean with a nan in it is nan; as infinity it is never the lowest.
        means = np.nan_to_num(losses.mean(axis=1), nan=np.inf)
        best = int(np.argmin(means))
        results[choice] = {
            "learning_rate": learning_rates[best],
            "mean": means[best],
            "spread": losses[best].std(ddof=1),
        }
    first, second = sorted(choices, key=lambda choice: results[choice]["mean"])[:2]
    ahead = results[second]["mean"] - results[first]["mean"]
    decided = ahead > results[first]["spread"] + results[second]["spread"]
    return first if decided else "undecided", results
