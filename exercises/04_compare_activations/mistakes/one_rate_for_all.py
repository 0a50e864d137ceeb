"""All choices get one learning rate, the best on average, instead of each its own."""

import numpy as np


def compare(train, choices, learning_rates, seeds):
    losses = np.array(
        [
            [[train(choice, rate, seed)[-1] for seed in seeds] for rate in learning_rates]
            for choice in choices
        ]
    )
    means = np.nan_to_num(losses.mean(axis=2), nan=np.inf)
    order = np.argsort(means.min(axis=1))
    ends = [losses[i, np.argmin(means[i])] for i in order[:2]]
    decided = ends[1].mean() - ends[0].mean() > ends[0].std() + ends[1].std()
    common = int(np.argmin(means.sum(axis=0)))
    results = {
        choice: {
            "learning_rate": learning_rates[common],
            "mean": runs[common].mean(),
            "spread": runs[common].std(ddof=1),
        }
        for choice, runs in zip(choices, losses, strict=True)
    }
    return choices[order[0]] if decided else "undecided", results
