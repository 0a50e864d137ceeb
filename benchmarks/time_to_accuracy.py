"""Measure how long training takes until the network knows 98 % of the test set.

The schedules are fixed beforehand; it counts how long all steps take, and how many seeds got there.
"""

import time
import warnings

from sklearn.neural_network import MLPClassifier

from benchmarks.settings import MEAN, Options, print_table
from common.cli.command_line import run_script
from common.configuration import TorchConfiguration
from data.datasets import Dataset
from tiers import TIERS

# How the settings were chosen, here and below: the fewest epochs with a mean accuracy of 97.5 % on
# the validation images (98 % of the test set goes with it), and the best setting of so many epochs:
# of 15 with 4 seeds each (2 or 3 epochs, peak .05 to .2, minibatch 64 to 256, warm-up 10 to 30 %,
# also Nesterov's momentum and one-cycle), 97.66 %; the next were just behind.
SGD = TorchConfiguration(
    hidden=(256,), epochs=3, learning_rate=0.14, schedule="warmup-linear", warmup=0.2, device="cpu"
)
# As most people use torch. Of peaks .003 to .01 and minibatches of 128 and 256.
ADAM = TorchConfiguration(
    hidden=(256,), epochs=3, optimizer="adam", learning_rate=0.006, weight_decay=0.0, device="cpu"
)
CONTENDERS = {tier.title: (name, SGD) for name, tier in TIERS.items()}
CONTENDERS |= {"tier 3, Adam and one-cycle": ("paper", ADAM), "scikit-learn at its best": ("", SGD)}
GOAL = 0.98


def main(arguments: list[str]) -> None:
    options = Options.parse(arguments, __doc__, rounds=10)
    dataset = options.prepare()
    results = options.take_turns(CONTENDERS, lambda name, seed: train(name, seed, dataset))
    title = f"Training 784-256-10 to {GOAL:.0%} of the test set, {options.rounds} seeds"
    print_table(title, results, MEAN)
    options.save("time_to_accuracy", results)


def train(contender: str, seed: int, dataset: Dataset) -> dict[str, float]:
    """Seconds of all steps, accuracy on the test set, and whether that is the goal."""
    tier, configuration = CONTENDERS[contender]
    if tier:
        configuration = configuration.replace(seed=seed)
        _, history = TIERS[tier].train(configuration, dataset)
        seconds, accuracy = sum(epoch.seconds for epoch in history.epochs), history.test_accuracy
    else:
        seconds, accuracy = train_scikit_learn(seed, dataset)
    return {"seconds": seconds, "test accuracy": accuracy, "there": float(accuracy >= GOAL)}


def train_scikit_learn(seed: int, dataset: Dataset) -> tuple[float, float]:
    # It has no schedule that falls within 3 epochs; but a fit with warm_start goes on with the
    # weights of the one before, at another rate. 97.52 % of the validation images over 4 seeds;
    # without it sgd at a constant .05 takes 8 epochs to 97.5 %, adam is at 97.3 % after 6.
    warnings.simplefilter("ignore")  # it warns after an epoch that it has not converged
    classifier = MLPClassifier(
        256, solver="sgd", alpha=0.03, batch_size=64, warm_start=True, max_iter=1, random_state=seed
    )
    started = time.perf_counter()
    for rate in (0.05, 0.02, 0.005):
        classifier.set_params(learning_rate_init=rate)
        classifier.fit(dataset.train.images, dataset.train.labels)
    seconds = time.perf_counter() - started
    return seconds, classifier.score(dataset.test.images, dataset.test.labels)


if __name__ == "__main__":
    run_script(main)
