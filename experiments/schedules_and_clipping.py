"""Claim: the learning rate's schedule decides how a training ends; clipping saves it from outliers.

Predict first: seven schedules with the same peak train the same network. Which two end with the
smallest loss, and does the constant rate end with a smaller loss than the two that halve it every
epoch? Then 5 of the 1,297 training images become 30 times as bright, at a constant rate. What do
these five do to the training? Does clipping the gradient to 1, a usual choice, help? And does a
rate ten times smaller, without clipping?

Clipping bounds the length of a step, not its direction. A minibatch with an outlier has a gradient
some 20 times as long as the others'. A few such steps, which momentum carries on, switch off every
relu of the second layer, and none comes back. A smaller rate survives them, too. And clipping does
not make up for a rate that is far too large: try --learning-rate 2.

What to change: --learning-rate 0.02 (then another schedule wins), --clip-norms, --outliers,
--brightness. Papers: Pascanu et al. 2013, algorithm 1 (clipping), Smith & Topin 2018 (one-cycle),
Loshchilov & Hutter 2017 (cosine). Exercise: 06_learning_rate_schedule, 08_gradient_clipping. And
which is the largest clip norm that still saves the training?
"""

import math
from dataclasses import replace
from typing import Any, get_args

import numpy as np

from common.configuration import Configuration, ScheduleName
from common.options import option
from common.training import DivergenceError, History
from data.datasets import Dataset, Split, load_dataset
from experiments.experiment import ExperimentOptions, Numbers, main, plt, style
from optimizers_numpy import gradient_norm
from train_numpy import train_steps

BATCH_SIZE = 32
SMALLER = 10  # the factor of the smaller rate that is tried without clipping
SHOWN_EPOCHS = 3  # of the gradient's norm, so that single steps can be seen


class Options(ExperimentOptions):
    """What to train on scikit-learn's digits, in float64, with sgd and momentum 0.9."""

    epochs: int = option(15, ge=2, le=200)
    """passes over the digits"""
    learning_rate: float = option(0.1, gt=0, le=1000)
    """the schedules' peak"""
    seeds: int = option(3, ge=1, le=20)
    """trainings of each kind; their mean"""
    outliers: int = option(5, ge=1, le=100)
    """training images that are too bright"""
    brightness: float = option(30.0, gt=1, le=1e6)
    """by how many times they are"""
    clip_norms: tuple[float, ...] = option((1.0,), gt=0, le=1000, min_length=1, max_length=4)
    """largest norms of the gradient"""
    seed: int = option(0, ge=0, lt=2**31)
    """of the first training, and of the outliers"""


def train_watched(configuration: Configuration, dataset: Dataset) -> Numbers:
    """Train tier 1, to the end or until a number is not finite; what every step did."""
    rates, norms = [], []
    history, diverged = History(), None
    try:
        for training in train_steps(configuration, dataset):
            history = training.history
            rates.append(training.learning_rate)
            if configuration.clip_norm:  # the gradients are clipped by now
                norms.append(history.gradient_norms[-1])
            else:
                norms.append(gradient_norm(training.gradients))
    except DivergenceError as error:
        diverged = error.cause
    return {
        "learning_rates": rates,
        "gradient_norms": [norm for norm in norms if math.isfinite(norm)],
        "epoch_losses": [epoch.train_loss for epoch in history.epochs],
        "validation_errors": [1 - epoch.validation_accuracy for epoch in history.epochs],
        "test_accuracy": history.test_accuracy,
        "diverged": diverged,
    }


def with_outliers(dataset: Dataset, options: Options) -> Dataset:
    """The same, but some training images are too bright."""
    images = dataset.train.images.copy()
    rows = np.random.default_rng(options.seed).choice(len(images), options.outliers, replace=False)
    images[rows] *= options.brightness
    return replace(dataset, train=Split(images, dataset.train.labels))


def run(options: Options) -> Numbers:
    """Train with every schedule; then with outliers, without and with clipping."""
    dataset = load_dataset("digits", dtype="float64")
    common = {
        "hidden": (64, 32),
        "batch_size": BATCH_SIZE,
        "epochs": options.epochs,
        "dtype": "float64",
        "learning_rate": options.learning_rate,
    }
    seeds = range(options.seed, options.seed + options.seeds)

    def train_seeds(dataset: Dataset, **choices: Any) -> list[Numbers]:
        return [
            train_watched(Configuration(**common | choices, seed=seed), dataset) for seed in seeds
        ]

    schedules = {}
    for schedule in get_args(ScheduleName):
        trainings = train_seeds(dataset, schedule=schedule)
        complete = [training for training in trainings if training["diverged"] is None]
        schedules[schedule] = {
            "learning_rates": trainings[0]["learning_rates"],
            "diverged": len(trainings) - len(complete),
            "epoch_losses": np.mean([t["epoch_losses"] for t in complete], axis=0).tolist()
            if complete
            else [],
        }

    bright = f"{options.outliers} outliers"
    rate = options.learning_rate
    cases: dict[str, tuple[Dataset, dict[str, float]]] = {"no outliers": (dataset, {})}
    dataset = with_outliers(dataset, options)
    cases[bright] = dataset, {}
    for norm in options.clip_norms:
        cases[f"{bright}, clipped to {norm:g}"] = dataset, {"clip_norm": norm}
    cases[f"{bright}, rate {rate / SMALLER:g}"] = dataset, {"learning_rate": rate / SMALLER}
    return {
        "learning_rate": rate,
        "clip_norms": list(options.clip_norms),
        "steps_per_epoch": Configuration(**common).steps_per_epoch(len(dataset.train)),
        "schedules": schedules,
        "clipping": {
            name: train_seeds(dataset, schedule="constant", **choices)
            for name, (dataset, choices) in cases.items()
        },
    }


def draw(numbers: Numbers) -> plt.Figure:
    """Above, rate and loss of every schedule; below, what outliers do, and to which gradient."""
    figure, panels = plt.subplots(2, 2, figsize=(13, 9.5), layout="constrained")
    (rates, losses), (errors, norms) = panels
    per_epoch = numbers["steps_per_epoch"]
    for index, (name, schedule) in enumerate(numbers["schedules"].items()):
        look, course = style(index), schedule["learning_rates"]
        # Markers at different epochs, where the curves lie on each other.
        every = (index * per_epoch // 2, 3 * per_epoch)
        rates.plot(np.arange(len(course)) / per_epoch, course, **look, markevery=every, label=name)
        epochs = np.arange(1, len(schedule["epoch_losses"]) + 1)
        losses.plot(epochs, schedule["epoch_losses"], **look, label=name)
    rates.set(title="The schedules", xlabel="epoch", ylabel="learning rate")
    losses.set(
        title="Training loss, mean over the seeds",
        xlabel="epoch",
        ylabel="cross-entropy (nats)",
        yscale="log",
    )
    for index, (name, trainings) in enumerate(numbers["clipping"].items()):
        for number, training in enumerate(trainings):
            course = 100 * np.array(training["validation_errors"])
            epochs = np.arange(1, len(course) + 1)
            errors.plot(epochs, course, **style(index), label=None if number else name)
        if name == list(numbers["clipping"])[-1]:
            continue  # the smaller rate's, which look like the clipped one's
        course = trainings[0]["gradient_norms"][: SHOWN_EPOCHS * per_epoch]
        look = style(index) | {"marker": None, "linewidth": 1.2}
        norms.plot(np.arange(len(course)) / per_epoch, course, **look, label=name)
    for norm in numbers["clip_norms"]:
        norms.axhline(norm, color="black", linewidth=0.8)
    errors.set(
        title=f"Outliers at a constant rate of {numbers['learning_rate']:g}, a line for each seed",
        xlabel="epoch",
        ylabel="validation error (%)",
        yscale="log",
    )
    errors.set_yticks((1, 2, 5, 10, 20, 50, 100), (1, 2, 5, 10, 20, 50, 100))
    errors.minorticks_off()
    norms.set(
        title=f"The gradient of each step, before clipping: {SHOWN_EPOCHS} epochs, one seed",
        xlabel="epoch (the black line: where it is clipped)",
        ylabel="norm of the gradient",
        yscale="log",
    )
    rates.set_ylim(top=1.25 * rates.get_ylim()[1])  # room for the legend
    rates.legend(loc="upper center", ncols=4, fontsize=9)
    losses.legend(fontsize=9)
    errors.set_ylim(top=250)
    errors.legend(loc="upper center", ncols=2, fontsize=9)
    return figure


def answer(numbers: Numbers) -> str:
    """How the schedules end, best first, and what saves a training from outliers."""
    ends = {
        name: schedule["epoch_losses"][-1]
        for name, schedule in numbers["schedules"].items()
        if schedule["epoch_losses"]
    }
    order = ", ".join(f"{name} {ends[name]:.2g}" for name in sorted(ends, key=ends.__getitem__))
    lost = {name: schedule["diverged"] for name, schedule in numbers["schedules"].items()}
    lost = ", ".join(f"{count} with {name}" for name, count in lost.items() if count)
    parts = []
    for name, trainings in numbers["clipping"].items():
        ended = [t["test_accuracy"] for t in trainings if t["diverged"] is None]
        text = f"{name}: {np.mean(ended):.1%}" if ended else f"{name}:"
        if diverged := len(trainings) - len(ended):
            text += f" ({diverged} of {len(trainings)} diverged)"
        parts.append(text)
    return (
        f"Training loss at the end: {order or 'none'}{f' (diverged: {lost})' if lost else ''}. Test"
        f" accuracy at a constant rate of {numbers['learning_rate']:g}, mean of {len(trainings)}"
        f" seeds: {'; '.join(parts)}."
    )


if __name__ == "__main__":
    main(Options, run, draw, answer)
