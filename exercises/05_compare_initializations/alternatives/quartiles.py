"""Reshapes a long row; distances of quartiles, and a list for a tuple."""

import numpy as np


def xavier_normal(d_out, d_in, rng):
    W = rng.standard_normal(d_out * d_in).reshape(d_out, d_in)
    W *= np.sqrt(2.0 / (d_out + d_in))
    return W


def xavier_uniform(d_out, d_in, rng):
    limit = np.sqrt(6 / (d_in + d_out))
    return rng.uniform(-limit, limit, (d_out, d_in))


def he_normal(d_out, d_in, rng):
    return rng.normal(0, np.sqrt(2 / d_in), (d_out, d_in))


def he_uniform(d_out, d_in, rng):
    limit = np.sqrt(6 / d_in)
    return rng.uniform(-limit, limit, (d_out, d_in))


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
