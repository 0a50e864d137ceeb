"""The learning rate that is best for the first choice is used for all."""

import numpy as np


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
