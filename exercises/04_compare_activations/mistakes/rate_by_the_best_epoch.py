"""The learning rate is chosen by the lowest loss on the way instead of the last one."""

import numpy as np


def compare(train, choices, learning_rates, seeds):
    results = {}
    for choice in choices:
        curves = np.array(
            [[train(choice, rate, seed) for seed in seeds] for rate in learning_rates]
        )
        losses = curves[:, :, -1]
        # A mean with a nan in it is nan; as infinity it is never the lowest.
        means = np.where(np.isnan(losses).any(axis=1), np.inf, losses.mean(axis=1))
        lowest = np.where(np.isfinite(means), curves.min(axis=2).mean(axis=1), np.inf)
        best = int(np.argmin(lowest))
        results[choice] = {
            "learning_rate": learning_rates[best],
            "mean": means[best],
            "spread": losses[best].std(ddof=1),
        }
    first, second = sorted(choices, key=lambda choice: results[choice]["mean"])[:2]
    ahead = results[second]["mean"] - results[first]["mean"]
    decided = ahead > results[first]["spread"] + results[second]["spread"]
    return first if decided else "undecided", results
