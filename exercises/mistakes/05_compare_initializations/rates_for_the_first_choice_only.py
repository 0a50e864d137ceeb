"""The learning rate that is best for the first choice is used for all."""

import numpy as np


def xavier_normal(d_out, d_in, rng):
    return rng.normal(0, np.sqrt(2 / (d_in + d_out)), (d_out, d_in))


def xavier_uniform(d_out, d_in, rng):
    limit = np.sqrt(6 / (d_in + d_out))
    return rng.uniform(-limit, limit, (d_out, d_in))


def he_normal(d_out, d_in, rng):
    return rng.normal(0, np.sqrt(2 / d_in), (d_out, d_in))


def he_uniform(d_out, d_in, rng):
    limit = np.sqrt(6 / d_in)
    return rng.uniform(-limit, limit, (d_out, d_in))


def compare(train, choices, learning_rates, seeds):
    means = [
        np.mean([train(choices[0], rate, seed)[-1] for seed in seeds]) for rate in learning_rates
    ]
    rate = learning_rates[np.nanargmin(means)]
    results = {}
    for choice in choices:
        losses = np.array([train(choice, rate, seed)[-1] for seed in seeds])
        results[choice] = {
            "learning_rate": rate,
            "mean": losses.mean(),
            "spread": losses.std(ddof=1),
        }
    first, second = sorted(choices, key=lambda choice: results[choice]["mean"])[:2]
    ahead = results[second]["mean"] - results[first]["mean"]
    decided = ahead > results[first]["spread"] + results[second]["spread"]
    return first if decided else "undecided", results
