"""The second spread is subtracted from the first instead of being added to it."""

import numpy as np


def compare(train, choices, learning_rates, seeds):
    results = {}
    for choice in choices:
        losses = np.array(
            [[train(choice, rate, seed)[-1] for seed in seeds] for rate in learning_rates]
        )
        # A mean with a nan in it is nan; as infinity it is never the lowest.
        means = np.nan_to_num(losses.mean(axis=1), nan=np.inf)
        best = int(np.argmin(means))
        results[choice] = {
            "learning_rate": learning_rates[best],
            "mean": means[best],
            "spread": losses[best].std(ddof=1),
        }
    first, second = sorted(choices, key=lambda choice: results[choice]["mean"])[:2]
    ahead = results[second]["mean"] - results[first]["mean"]
    decided = ahead > results[first]["spread"] - results[second]["spread"]
    return first if decided else "undecided", results
