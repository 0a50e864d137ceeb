"""The lowest mean so far is set once for all choices, and not anew for each."""

import numpy as np


def compare(train, choices, learning_rates, seeds):
    results = {}
    lowest = np.inf
    for choice in choices:
        for rate in learning_rates:
            losses = np.array([train(choice, rate, seed)[-1] for seed in seeds])
            if losses.mean() < lowest:
                lowest = losses.mean()
                results[choice] = {
                    "learning_rate": rate,
                    "mean": lowest,
                    "spread": losses.std(ddof=1),
                }
    first, second = sorted(results, key=lambda choice: results[choice]["mean"])[:2]
    ahead = results[second]["mean"] - results[first]["mean"]
    decided = ahead > results[first]["spread"] + results[second]["spread"]
    return first if decided else "undecided", results
