"""Networks that differ in one choice, each at the learning rate that suits it, side by side.

Shared by `compare_initializers` and `compare_activations`. Each choice is trained with every
learning rate and every seed; the rate with the best mean validation accuracy after the last epoch
is the one that is shown. (With one rate for all, the comparison would be about that rate.)
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from activations_numpy import ACTIVATIONS
from common.configuration import MAX_WIDTH, Configuration
from common.options import option
from common.runs.progress import print_error_line
from common.training import DivergenceError, History
from data.datasets import Dataset, DatasetUnavailable, Split, load_dataset
from experiments.experiment import ExperimentOptions, Numbers, plt, side_by_side, style
from mlp_numpy import MLP
from train_numpy import train_steps

ERRORS = (1, 2, 3, 5, 7, 10, 20, 30, 50, 90)  # percent, on the axes
BINS = 40  # parts of the training whose mean loss is drawn
# A unit is saturated where this little of the activation's greatest slope is left for more than
# half of the examples. (Relu and the identity do not saturate; but a relu can be dead.)
FLAT = 0.05
GREATEST_SLOPE = {"sigmoid": 0.25, "tanh": 1.0, "softsign": 1.0}


class CurveOptions(ExperimentOptions):
    """How every network is trained."""

    hidden: tuple[int, ...] = option((64, 64, 64), ge=1, le=MAX_WIDTH, min_length=1)
    """widths"""
    learning_rates: tuple[float, ...] = option(
        (0.01, 0.05, 0.2), gt=0, le=1000, min_length=1, max_length=20
    )
    seeds: int = option(3, ge=1, le=1000)
    """runs at each rate"""
    epochs: int = option(4, ge=1, le=1000)
    images: int = option(10_000, ge=128, le=55_000)
    """training images"""


@cache
def load(name: str, root: Path, images: int) -> Dataset:
    """The data set with its first training images and at most 2,000 validation images."""
    dataset = load_dataset(name, root)
    first = Split(dataset.train.images[:images], dataset.train.labels[:images])
    held_back = Split(dataset.validation.images[:2000], dataset.validation.labels[:2000])
    return replace(dataset, train=first, validation=held_back)


def available(root: Path) -> str:
    """MNIST, or digits where there is none, with a line that says so."""
    try:
        load_dataset("mnist", root)
    except DatasetUnavailable as error:
        print_error_line(f"{error}; going on with scikit-learn's digits instead")
        return "digits"
    return "mnist"


def train_seeds(task: tuple[CurveOptions, str, Mapping[str, Any], float]) -> Numbers:
    """Train one choice at one learning rate from every seed; NaN where a training diverges."""
    options, name, choice, rate = task
    dataset = load(name, options.data_root, options.images)
    losses, accuracies, tests, units = [], [], [], []
    for seed in range(options.seeds):
        configuration = Configuration(
            hidden=options.hidden,
            learning_rate=rate,
            epochs=options.epochs,
            schedule="constant",
            weight_decay=0.0,
            seed=seed,
            **choice,
        )
        history = History()
        steps = options.epochs * configuration.steps_per_epoch(len(dataset.train))
        try:
            for training in train_steps(configuration, dataset):
                history = training.history
            model = training.model
            units.append(count_units(model, configuration.activation, dataset.validation.images))
            tests.append(history.test_accuracy)
        except DivergenceError:
            tests.append(math.nan)
        losses.append(padded(history.losses, steps))
        accuracies.append(padded([e.validation_accuracy for e in history.epochs], options.epochs))
    return {
        "rate": rate,
        "steps": steps,
        "losses": [
            without_nan([part.mean() for part in np.array_split(run, min(BINS, steps))])
            for run in losses
        ],
        "validation_accuracy": [without_nan(run) for run in accuracies],
        "test_accuracy": without_nan(tests),
        "units": units,
    }


def padded(values: list[float], length: int) -> np.ndarray:
    """The values, and NaN for what a training that diverged has not reached."""
    finite = [value if math.isfinite(value) else math.nan for value in values]
    return np.array(finite + [math.nan] * (length - len(values)))


def without_nan(values: Iterable[float]) -> list[float | None]:
    """None for NaN, which JSON does not know."""
    return [None if math.isnan(value) else float(value) for value in values]


def count_units(model: MLP, activation: str, images: np.ndarray) -> Numbers:
    """How many hidden units there are, how many are dead (constant), how many saturated."""
    model.eval()
    counts = {"units": 0, "dead": 0, "saturated": 0}
    outputs = list(model.outputs(images))[:-1]
    for layer, (_, A) in zip(model.layers, outputs, strict=False):
        if type(layer).__name__ != "Activation":
            continue
        dead = np.ptp(A, axis=0) < 1e-6
        counts["units"] += A.shape[1]
        counts["dead"] += int(dead.sum())
        if activation in GREATEST_SLOPE:
            slope = ACTIVATIONS[activation][1](A) / GREATEST_SLOPE[activation]
            flat = (slope < FLAT).mean(axis=0) > 0.5
            counts["saturated"] += int((flat & ~dead).sum())
    return counts


def compare(options: CurveOptions, choices: Mapping[str, Mapping[str, Any]]) -> Numbers:
    """Train every choice at every rate; of each, all rates and the best."""
    name = available(options.data_root)
    tasks = [
        (options, name, choice, rate)
        for choice in choices.values()
        for rate in options.learning_rates
    ]
    results = iter(side_by_side(train_seeds, tasks))
    compared = {}
    for choice in choices:
        rates = [next(results) for _ in options.learning_rates]
        runs = np.array([result["validation_accuracy"] for result in rates], float)
        last = runs[:, :, -1].mean(axis=1)  # of each rate; NaN where a seed diverged
        best = int(np.argmax(np.nan_to_num(last, nan=-1.0)))
        compared[choice] = {"by_rate": without_nan(last), **rates[best]}
    return {
        "dataset": name,
        "images": len(load(name, options.data_root, options.images).train),
        "learning_rates": list(options.learning_rates),
        "compared": compared,
    }


def share(result: Numbers, kind: str) -> float:
    """The part of the hidden units that are dead, or saturated, over all seeds."""
    counts = result["units"]
    return sum(c[kind] for c in counts) / max(1, sum(c["units"] for c in counts))


def draw_curves(numbers: Numbers, title: str) -> plt.Figure:
    """Training loss, validation accuracy, what the learning rate does, and units lost."""
    figure, panels = plt.subplots(2, 2, figsize=(12, 9), layout="constrained")
    (losses, errors), (rates, units) = panels
    for i, (choice, result) in enumerate(numbers["compared"].items()):
        line = style(i) | {"label": f"{choice} (rate {result['rate']:g})"}
        runs = np.array(result["losses"], float)
        middles = (np.arange(runs.shape[1]) + 0.5) * result["steps"] / runs.shape[1]
        draw_band(losses, middles, runs, line | {"marker": ""})
        runs = 100 - 100 * np.array(result["validation_accuracy"], float)
        draw_band(errors, np.arange(1, runs.shape[1] + 1), runs, line)
        by_rate = 100 - 100 * np.array(result["by_rate"], float)
        rates.plot(numbers["learning_rates"], by_rate, **style(i))
    losses.set(xlabel="step", ylabel="training loss (nats)", title="training loss")
    errors.set(xlabel="epoch", ylabel="validation error (%)", title="validation error")
    errors.xaxis.get_major_locator().set_params(integer=True)
    rates.set(xscale="log", xlabel="learning rate", ylabel="last validation error (%)")
    rates.set_xticks(numbers["learning_rates"], [f"{r:g}" for r in numbers["learning_rates"]])
    for panel in (errors, rates):
        panel.set_yscale("log")  # so that those near 10 % lie apart, beside one that only guesses
        panel.minorticks_off()
        limits = panel.get_ylim()
        panel.set_yticks(ERRORS, ERRORS)
        panel.set_ylim(limits)
    rates.set_title("which rate is best (a gap: it diverged)")
    rates.minorticks_off()
    draw_units(units, numbers["compared"])
    figure.legend(*losses.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    for panel in panels.flat:
        panel.grid(alpha=0.3)
    figure.suptitle(
        f"{title}: {numbers['images']:,} images of {numbers['dataset']},"
        f" mean and range of {len(result['losses'])} seeds"
    )
    return figure


def draw_band(panel: plt.Axes, x: np.ndarray, runs: np.ndarray, line: Mapping[str, Any]) -> None:
    """The mean of the runs, and a band from the least to the greatest."""
    panel.plot(x, runs.mean(axis=0), **line)
    panel.fill_between(
        x, runs.min(axis=0), runs.max(axis=0), color=line["color"], alpha=0.2, linewidth=0
    )


def draw_units(panel: plt.Axes, compared: Numbers) -> None:
    """The share of hidden units that are dead or saturated after the training."""
    left = np.zeros(len(compared))
    for kind, color, hatch in (("dead", "black", ""), ("saturated", "#e69f00", "//")):
        widths = np.array([100 * share(result, kind) for result in compared.values()])
        look = {"color": color, "hatch": hatch, "edgecolor": "black"}
        panel.barh(range(len(compared)), widths, left=left, label=kind, **look)
        left += widths
    panel.set_yticks(range(len(compared)), list(compared))
    panel.invert_yaxis()
    panel.set(xlim=(0, 100), xlabel="share of the hidden units (%)", title="units lost at the end")
    panel.legend()


def summarize(numbers: Numbers) -> str:
    """Of each choice: its test accuracy, its best rate, and the units lost."""
    parts = []
    for choice, result in numbers["compared"].items():
        test = np.array(result["test_accuracy"], float)
        parts.append(
            f"{choice} {test.mean():.1%} (rate {result['rate']:g};"
            f" {share(result, 'dead'):.0%} dead, {share(result, 'saturated'):.0%} saturated)"
        )
    return (
        f"Test accuracy after {numbers['images']:,} images of {numbers['dataset']},"
        f" mean of {len(test)} seeds at the best rate: " + "; ".join(parts) + "."
    )
