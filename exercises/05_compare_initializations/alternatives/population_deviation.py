"""Normal numbers by Box and Muller; divides by n, diverged runs are infinite."""

import numpy as np


def xavier_normal(d_out, d_in, rng):
    return rng.normal(0, np.sqrt(2 / (d_in + d_out)), (d_out, d_in))


def xavier_uniform(d_out, d_in, rng):
    limit = np.sqrt(6 / (d_in + d_out))
    return rng.uniform(-limit, limit, (d_out, d_in))


def he_normal(d_out, d_in, rng):
    radius = np.sqrt(-2 * np.log(1 - rng.random((d_out, d_in))))
    return np.sqrt(2 / d_in) * radius * np.cos(2 * np.pi * rng.random((d_out, d_in)))


def he_uniform(d_out, d_in, rng):
    limit = np.sqrt(6 / d_in)
    return rng.uniform(-limit, limit, (d_out, d_in))


def compare(train, choices, learning_rates, seeds):
    results = {}
    for choice in choices:
        losses = np.array(
            [
                [train(seed=seed, learning_rate=rate, choice=choice)[-1] for seed in seeds]
                for rate in learning_rates
            ]
        )
        losses[np.isnan(losses)] = np.inf
        means = losses.mean(axis=1)
        best = int(np.argmin(means))
        results[choice] = {
            "learning_rate": learning_rates[best],
            "mean": means[best],
            "spread": losses[best].std(),
        }
    first, second = sorted(choices, key=lambda choice: results[choice]["mean"])[:2]
    ahead = results[second]["mean"] - results[first]["mean"]
    decided = ahead > 3 * max(results[first]["spread"], results[second]["spread"])
    return first if decided else "undecided", results
