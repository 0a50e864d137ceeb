"""Draws row by row; the worst run against the others' best."""

import numpy as np


def xavier_normal(d_out, d_in, rng):
    return rng.normal(0, np.sqrt(2 / (d_in + d_out)), (d_out, d_in))


def xavier_uniform(d_out, d_in, rng):
    W = np.empty((d_out, d_in))
    limit = np.sqrt(6 / (d_in + d_out))
    for i in range(d_out):
        W[i] = rng.uniform(low=-limit, high=limit, size=d_in)
    return W


def he_normal(d_out, d_in, rng):
    return np.array([rng.normal(0, np.sqrt(2 / d_in), d_in) for _ in range(d_out)])


def he_uniform(d_out, d_in, rng):
    limit = np.sqrt(6 / d_in)
    return rng.uniform(-limit, limit, (d_out, d_in))


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
