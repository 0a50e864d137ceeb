"""Claim: the multilayer perceptrons of 1998 were large enough; their training held them back.

LeCun et al. 1998, section III.C and figure 9, have four of them on MNIST: 28×28-300-10 has 4.7 %
test error, 1000-10 4.5 %, 300-100-10 3.05 %, and 500-150-10 2.95 %. Half of that is common today.

Predict first: the same networks of tanh units, by the squared error and plain stochastic gradient
descent. How near do they come to the numbers of 1998? Then one change at a time: cross-entropy
instead of the squared error; or relus, He's weights, momentum and a one-cycle schedule, as is the
tiers' default, but still the squared error; or both. Which of the two takes more?

What the paper leaves open for these networks: learning rates, number of epochs (its LeNet-5 takes
20), scaling of the outputs (here linear, with 0 and 1 as targets) and first weights (here
Xavier's). The rates decay by a tenth in each epoch; minibatches have 20 images, for single ones
take ten times as long. Each rate is the best of several on the validation images; of plain sgd by
the squared error that is the highest at which no seed diverges.

What to change: --batch-size 1 --learning-rate 0.002, WAYS. Exercise: 07_mnist_98. And which rate is
the highest that the squared error bears, and which the cross-entropy?
"""

import itertools
from pathlib import Path
from typing import Any, Literal

import numpy as np

from common.configuration import Configuration
from common.options import option
from data.datasets import load_dataset
from experiments.experiment import ExperimentOptions, Numbers, main, plt, side_by_side, style
from experiments.learning_curves import available, draw_band
from train_numpy import train

# Hidden widths, and the test error of 1998 in percent.
NETWORKS = {(300,): 4.7, (300, 100): 3.05, (1000,): 4.5, (500, 150): 2.95}
SMALL = tuple(NETWORKS)[:2]
THEN: dict[str, Any] = {
    "activation": "tanh",
    "initializer": "xavier-normal",
    "momentum": 0.0,
    "weight_decay": 0.0,
    "schedule": "step",
    "decay_factor": 0.9,
}
WAYS: dict[str, dict[str, Any]] = {
    "tanh, squared error": THEN | {"loss": "mean-squared-error", "learning_rate": 0.005},
    "tanh, cross-entropy": THEN | {"learning_rate": 0.1},
    "default, squared error": {"loss": "mean-squared-error", "learning_rate": 0.05},
    "default": {},
}
PLAIN = tuple(WAYS)[:2]
# More units bear a lower rate.
OF_A_THOUSAND = {"tanh, squared error": 0.003}


class Options(ExperimentOptions):
    """Which networks are trained, and how long."""

    dataset: Literal["mnist", "digits"] = option("mnist")
    full: bool = option(False)
    """the two larger networks, too"""
    epochs: int = option(5, ge=1, le=1000)
    batch_size: int = option(20, ge=1, le=10_000)
    """of the first two ways"""
    learning_rate: float | None = option(None, gt=0, le=1000)
    """of the first two ways (if None: the best on the validation images)"""
    seeds: int = option(2, ge=1, le=100)
    """trainings of each kind"""


def configuration(options: Options, way: str, hidden: tuple[int, ...], seed: int) -> Configuration:
    """What is computed in this way."""
    settings = dict(WAYS[way])
    if hidden == (1000,) and way in OF_A_THOUSAND:
        settings["learning_rate"] = OF_A_THOUSAND[way]
    if way in PLAIN:
        settings["batch_size"] = options.batch_size
        if options.learning_rate is not None:
            settings["learning_rate"] = options.learning_rate
    return Configuration(hidden=hidden, epochs=options.epochs, seed=seed, **settings)


Case = tuple[str, Path, Configuration]  # data set, its folder, what is trained


def train_once(case: Case) -> tuple[list[float], float]:
    """The validation error after each epoch and the test error at the end, in percent.

    Raises:
        DivergenceError: where a number is no longer finite.
    """
    name, root, configuration = case
    _, history = train(configuration, load_dataset(name, root))
    validation = [100 - 100 * epoch.validation_accuracy for epoch in history.epochs]
    return validation, 100 - 100 * history.test_accuracy


def run(options: Options) -> Numbers:
    """Train every network in each of the ways from every seed."""
    name = available(options.data_root) if options.dataset == "mnist" else options.dataset
    networks = tuple(NETWORKS) if options.full else SMALL
    kinds = list(itertools.product(WAYS, networks))
    cases = [
        (name, options.data_root, configuration(options, way, hidden, seed))
        for way, hidden in kinds
        for seed in range(options.seeds)
    ]
    results = iter(side_by_side(train_once, cases))
    rows = []
    for way, hidden in kinds:
        validation, tests = zip(*(next(results) for _ in range(options.seeds)), strict=True)
        rows.append({"way": way, "hidden": hidden, "validation": validation, "test": tests})
    return {"dataset": name, "epochs": options.epochs, "seeds": options.seeds, "results": rows}


def of_way(numbers: Numbers, way: str) -> list[Numbers]:
    """The results of a way, one for each network."""
    return [result for result in numbers["results"] if result["way"] == way]


def draw(numbers: Numbers) -> plt.Figure:
    """The test error of each network then and now, and on the way there."""
    figure, panels = plt.subplots(1, 2, figsize=(13, 5), layout="constrained")
    tests, epochs = panels
    networks = [tuple(result["hidden"]) for result in of_way(numbers, next(iter(WAYS)))]
    places = np.arange(len(networks))
    published = [NETWORKS[hidden] for hidden in networks]
    look = {"color": "black", "marker": "_", "markersize": 24, "linestyle": ""}
    tests.plot(places, published, **look, label="the paper")
    for index, way in enumerate(WAYS):
        look = style(index)
        results = of_way(numbers, way)
        errors = np.array([result["test"] for result in results])
        at = np.repeat(places[:, None] + 0.08 * (index - 1.5), errors.shape[1], axis=1)
        tests.plot(at.ravel(), errors.ravel(), **look | {"linestyle": "", "label": way})
        runs = np.array(results[0]["validation"])
        draw_band(epochs, np.arange(1, runs.shape[1] + 1), runs, look | {"label": way})
    tests.set(xlabel="units of the hidden layers", ylabel="test error (%)", ylim=(0, None))
    tests.set_xticks(places, [shown(hidden) for hidden in networks])
    tests.set_title("each network: a point for each seed")
    epochs.axhline(published[0], color="0.5", linewidth=0.8)
    epochs.annotate("the paper's test error", (1, published[0]), (0, 3), textcoords="offset points")
    epochs.set(xlabel="epoch", ylabel="validation error (%)", yscale="log")
    ticks = (1, 2, 3, 5, 10, 20, 50)
    limits = epochs.get_ylim()
    epochs.set_yticks(ticks, [str(tick) for tick in ticks])
    epochs.set_ylim(limits)
    epochs.minorticks_off()
    epochs.xaxis.get_major_locator().set_params(integer=True)
    epochs.set_title(f"{shown(networks[0])} hidden units: mean and range")
    for panel in panels:
        panel.grid(alpha=0.3)
        panel.legend()
    figure.suptitle(f"{numbers['dataset']}, {numbers['epochs']} epochs, {numbers['seeds']} seeds")
    return figure


def shown(hidden: tuple[int, ...]) -> str:
    """300-100, as the paper writes it."""
    return "-".join(map(str, hidden))


def answer(numbers: Numbers) -> str:
    """The test error of each network: the paper's, and in each of the ways."""
    parts = []
    for of_network in zip(*(of_way(numbers, way) for way in WAYS), strict=True):
        hidden = tuple(of_network[0]["hidden"])
        errors = []
        for result in of_network:
            tests = np.array(result["test"])
            errors.append(f"{tests.mean():.2f} ± {tests.std():.2f} ({result['way']})")
        parts.append(f"{shown(hidden)}: paper {NETWORKS[hidden]}; {', '.join(errors)}")
    return (
        f"Test error in % after {numbers['epochs']} epochs of {numbers['dataset']}, mean ±"
        f" deviation of {numbers['seeds']} seeds. {'. '.join(parts)}."
    )


if __name__ == "__main__":
    main(Options, run, draw, answer)
