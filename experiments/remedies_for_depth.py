"""Claim: batch normalization and skip connections together let fifty layers learn.

Predict first: fifty hidden layers of 32 units see scikit-learn's digits for eight epochs, each at
the best of some learning rates. Relus start from He's weights, which keep the gradient at its
length; sigmoids lose 34 orders of magnitude of it. Which of them learn? Which with batch
normalization, with skip connections, with both?

Not as the textbook has it: for relus, batch normalization alone is no help here. It multiplies the
gradient by 1.2 in each layer. A skip connection alone is worse: it doubles the variance of what it
carries, layer by layer, and the training diverges. With both, each branch is normalized, and
what is carried past it only adds up.

What to change: --depth 10 (no remedy is needed), --learning-rates, --epochs.
Papers: Ioffe & Szegedy 2015 (batch normalization), He et al. 2016 (skip connections), Yang et al.
2019 (why the first alone is not enough). Exercise: 02_batch_norm, 14_vanishing_gradients. And which
depth can relus take with batch normalization alone?
"""

import itertools
import math
from contextlib import suppress

import numpy as np

from common.configuration import Configuration
from common.options import option
from common.training import DivergenceError, History
from data.datasets import load_dataset
from experiments.experiment import ExperimentOptions, Numbers, main, plt, side_by_side, style
from experiments.vanishing_gradients import add_skips
from train_numpy import make_model, train_steps

ACTIVATIONS = {"relu": "he-normal", "sigmoid": "xavier-normal"}
REMEDIES = ("nothing", "batch norm", "skip connections", "both")


class Options(ExperimentOptions):
    """How deep and wide the networks are, and how they are trained."""

    depth: int = option(50, ge=2, le=200)
    """hidden layers"""
    width: int = option(32, ge=2, le=1000)
    """units of each"""
    epochs: int = option(8, ge=1, le=1000)
    learning_rates: tuple[float, ...] = option(
        (0.1, 0.03, 0.01), gt=0, le=1000, min_length=1, max_length=20
    )
    seeds: int = option(3, ge=1, le=100)
    """trainings of each kind"""


Case = tuple[Options, str, str, float]  # options, activation, remedy, learning rate


@np.errstate(over="ignore", invalid="ignore")  # such a training is counted
def train_seeds(case: Case) -> Numbers:
    """Train from every seed; None for the epochs that a training that diverges does not reach."""
    options, activation, remedy, rate = case
    dataset = load_dataset("digits", dtype="float64")
    losses, accuracies = [], []
    for seed in range(options.seeds):
        configuration = Configuration(
            hidden=(options.width,) * options.depth,
            activation=activation,
            initializer=ACTIVATIONS[activation],
            batch_norm=remedy in ("batch norm", "both"),
            learning_rate=rate,
            schedule="constant",
            epochs=options.epochs,
            batch_size=64,
            weight_decay=0.0,
            seed=seed,
            dtype="float64",
        )
        model = make_model(configuration, dataset.train.images.shape[1], dataset.classes)
        if remedy in ("skip connections", "both"):
            add_skips(model, options.depth)
        history = History()
        with suppress(DivergenceError):
            for training in train_steps(configuration, dataset, model=model):
                history = training.history
        of_epochs: list[float | None] = [epoch.train_loss for epoch in history.epochs]
        losses.append(of_epochs + [None] * (options.epochs - len(of_epochs)))
        accuracies.append(history.test_accuracy)
    return {"rate": rate, "losses": losses, "accuracies": accuracies}


def last_loss(result: Numbers) -> float:
    """The mean over the seeds; infinite where one of them diverged."""
    ends = [of_epochs[-1] for of_epochs in result["losses"]]
    return math.inf if None in ends else float(np.mean(ends))


def run(options: Options) -> Numbers:
    """Train each activation with each remedy at each rate; of the rates, keep the best."""
    cases = [
        (options, *case)
        for case in itertools.product(ACTIVATIONS, REMEDIES, options.learning_rates)
    ]
    results = iter(side_by_side(train_seeds, cases))
    return {
        "depth": options.depth,
        "epochs": options.epochs,
        "seeds": options.seeds,
        "trained": {
            activation: {
                remedy: min((next(results) for _ in options.learning_rates), key=last_loss)
                for remedy in REMEDIES
            }
            for activation in ACTIVATIONS
        },
    }


def draw(numbers: Numbers) -> plt.Figure:
    """The training loss of each remedy, a panel for each activation."""
    figure, panels = plt.subplots(1, 2, figsize=(12, 5.5), sharey=True, layout="constrained")
    for panel, (activation, results) in zip(panels, numbers["trained"].items(), strict=True):
        for index, (remedy, result) in enumerate(results.items()):
            if math.isinf(last_loss(result)):
                panel.plot([], [], **style(index), label=f"{remedy}: diverges at every rate")
                continue
            label = f"{remedy} (rate {result['rate']:g}): {accuracy(result):.0%}"
            for seed, losses in enumerate(result["losses"]):
                epochs = range(1, len(losses) + 1)
                panel.plot(epochs, losses, **style(index), label=None if seed else label)
        panel.axhline(math.log(10), color="0.5", linewidth=0.8)
        panel.set(title=activation, xlabel="epoch", yscale="log")
        panel.set_ylim(bottom=0.015)  # room for the legend
        panel.legend(loc="lower left", fontsize=9)
        panel.grid(alpha=0.3)
    panels[0].set_ylabel("training loss (nats)")
    end = numbers["epochs"], math.log(10)
    panels[0].annotate("guessing", end, (0, 3), textcoords="offset points", ha="right")
    figure.suptitle(
        f"{numbers['depth']} hidden layers, trained with help and without;"
        " a line for each seed, and the share of the test set that is right"
    )
    return figure


def accuracy(result: Numbers) -> float:
    """Of the test set; the mean over the seeds."""
    return float(np.mean(result["accuracies"]))


def answer(numbers: Numbers) -> str:
    """How far each activation comes with each remedy."""
    parts = []
    for activation, results in numbers["trained"].items():
        ends = (
            f"{remedy} diverges"
            if math.isinf(last_loss(result))
            else f"{remedy} {last_loss(result):.2g} ({accuracy(result):.0%} of the test set)"
            for remedy, result in results.items()
        )
        parts.append(f"{activation}: {', '.join(ends)}")
    return (
        f"Training loss of {numbers['depth']} hidden layers at the end, mean of {numbers['seeds']}"
        f" seeds at the best rate (guessing is 2.3). {'. '.join(parts)}."
    )


if __name__ == "__main__":
    main(Options, run, draw, answer)
