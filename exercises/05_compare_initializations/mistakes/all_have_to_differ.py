"""All choices have to be apart from each other, though only the best has to be ahead."""

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
    order = sorted(choices, key=lambda choice: results[choice]["mean"])
    lead = min(
        (results[b]["mean"] - results[a]["mean"]) / (results[a]["spread"] + results[b]["spread"])
        for a, b in [order[:2], order[1:]]
    )
    decided = lead > 1
    return order[0] if decided else "undecided", results
