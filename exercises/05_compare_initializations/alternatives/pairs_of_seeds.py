"""Draws the transpose, and half as much for the average of the two; seed by seed."""

import numpy as np


def xavier_normal(d_out, d_in, rng):
    average = (d_in + d_out) / 2
    return rng.normal(scale=1 / np.sqrt(average), size=(d_in, d_out)).T


def xavier_uniform(d_out, d_in, rng):
    limit = np.sqrt(6 / (d_in + d_out))
    return rng.uniform(-limit, limit, (d_out, d_in))


def he_normal(d_out, d_in, rng):
    return rng.normal(0, np.sqrt(2 / d_in), (d_out, d_in))


def he_uniform(d_out, d_in, rng):
    deviation = np.sqrt(2 / d_in)
    limit = deviation * np.sqrt(3)
    return limit - 2 * limit * rng.random((d_out, d_in))


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
