"""Claim: the learning rate's course decides how a training ends; clipping saves one that explodes.

Predict first: seven schedules with the same peak train the same network. Which two end with the
smallest loss, and does the constant rate end before or behind the two that halve it every epoch?
Then ten hidden layers at a learning rate that is far too large: at which step does the loss stop
being a number? Clipping to 1 is a usual choice: does the network learn with it? And is a clipped
large rate better than a small one that needs no clipping?

Clipping bounds the length of a step, not its direction: with momentum 0.9 the weights move by at
most 10 × learning rate × clip norm. A step that is finite may still be too long to learn with.

What to change: --learning-rate 0.02 (then another schedule wins), --clip-norms, --exploding-rate.
Papers: Pascanu et al. 2013, algorithm 1 (clipping), Smith & Topin 2018 (one-cycle), Loshchilov &
Hutter 2017 (cosine). Exercise: 06_learning_rate_schedule, 08_gradient_clipping. And which is the
largest clip norm that still reaches 90 % at --exploding-rate 1?
"""

import math
from typing import Annotated, get_args

import numpy as np
from matplotlib import pyplot as plt
from pydantic import Field

from common.configuration import Configuration, ScheduleName
from common.recorder import DivergenceError, Recorder
from data.datasets import Dataset, load_dataset
from experiments.experiment import ExperimentOptions, Numbers, main, style
from optimizers_numpy import gradient_norm
from train_numpy import train

BATCH_SIZE = 32
SMALLER = 50  # So many times smaller is the rate that is tried without clipping, too.
Rate = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]


class Options(ExperimentOptions):
    """What to train on scikit-learn's digits, in float64, with sgd and momentum 0.9."""

    epochs: int = Field(15, ge=2, le=200, description="passes over the digits")
    learning_rate: Rate = Field(0.1, description="the schedules' peak")
    seeds: int = Field(3, ge=1, le=20, description="trainings with each schedule; their mean")
    exploding_rate: Rate = Field(0.5, description="constant, for the ten layers that explode")
    clip_norms: tuple[Rate, ...] = Field(
        (1.0, 0.05), min_length=1, max_length=4, description="largest norms of the gradient"
    )
    seed: int = Field(0, ge=0, lt=2**31, description="of the first training")


def train_watched(configuration: Configuration, dataset: Dataset) -> Numbers:
    """Train tier 1, to the end or until a number is not finite; what every step did."""
    rates, norms = [], []

    def watch(recorder: Recorder) -> None:
        rates.append(recorder.optimizer.learning_rate)
        if configuration.clip_norm:  # the gradients are clipped by now
            norms.append(recorder.history.gradient_norms[-1])
        else:
            norms.append(gradient_norm(recorder.model.gradients()))

    recorder, told = Recorder(after_step=watch), None
    try:
        train(configuration, dataset, recorder)
    except DivergenceError as error:
        told = str(error)
    history = recorder.history
    return {
        "learning_rates": rates,
        "losses": [loss for loss in history.losses if math.isfinite(loss)],
        "gradient_norms": [norm for norm in norms if math.isfinite(norm)],
        "epoch_losses": [epoch.train_loss for epoch in history.epochs],
        "test_accuracy": history.test_accuracy,
        "diverged": told,
    }


def run(options: Options) -> Numbers:
    """Train with every schedule; then the network that explodes, without and with clipping."""
    dataset = load_dataset("digits", dtype="float64")
    common = {"batch_size": BATCH_SIZE, "epochs": options.epochs, "dtype": "float64"}
    schedules = {}
    for schedule in get_args(ScheduleName):
        trainings = [
            train_watched(
                Configuration(
                    **common,
                    hidden=(64, 32),
                    learning_rate=options.learning_rate,
                    schedule=schedule,
                    seed=seed,
                ),
                dataset,
            )
            for seed in range(options.seed, options.seed + options.seeds)
        ]
        complete = [training for training in trainings if training["diverged"] is None]
        schedules[schedule] = {
            "learning_rates": trainings[0]["learning_rates"],
            "diverged": len(trainings) - len(complete),
            "epoch_losses": np.mean([t["epoch_losses"] for t in complete], axis=0).tolist()
            if complete
            else [],
        }

    deep = {"hidden": (64,) * 10, "schedule": "constant", "seed": options.seed}
    rate = options.exploding_rate
    cases = {f"rate {rate:g}": {"learning_rate": rate}}
    for norm in options.clip_norms:
        cases[f"rate {rate:g}, clipped to {norm:g}"] = {"learning_rate": rate, "clip_norm": norm}
    cases[f"rate {rate / SMALLER:g}"] = {"learning_rate": rate / SMALLER}
    return {
        "steps_per_epoch": Configuration(**common).steps_per_epoch(len(dataset.train)),
        "schedules": schedules,
        "exploding": {
            name: train_watched(Configuration(**common, **deep, **case), dataset)
            for name, case in cases.items()
        },
    }


def draw(numbers: Numbers) -> plt.Figure:
    """Above, rate and loss of every schedule; below, loss and gradient of the one that explodes."""
    figure, panels = plt.subplots(2, 2, figsize=(13, 9.5), layout="constrained")
    (rates, losses), (exploding, norms) = panels
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
    for index, (name, training) in enumerate(numbers["exploding"].items()):
        label = name if training["diverged"] else f"{name}: {training['test_accuracy']:.1%}"
        for panel, what in ((exploding, "losses"), (norms, "gradient_norms")):
            course = training[what]
            look = style(index) | {"linewidth": 1, "markevery": max(1, len(course) // 6)}
            panel.plot(range(1, len(course) + 1), course, **look, label=label)
            if training["diverged"]:
                panel.axvline(len(course) + 1, color=look["color"], linewidth=4, alpha=0.4)
                where = (len(course) + 1, 0.97), ("data", "axes fraction")
                panel.annotate(" no longer finite", where[0], xycoords=where[1], va="top")
    exploding.set(
        title="Ten hidden layers, constant rate: loss (legend: test accuracy)",
        ylabel="cross-entropy of the minibatch (nats)",
        ylim=(1e-4, 1e3),
    )
    norms.set(
        title="Ten hidden layers, constant rate: gradient, before clipping",
        ylabel="norm of the gradient",
        ylim=(1e-4, 1e4),
    )
    for panel in (exploding, norms):
        panel.set(xlabel="step", xscale="log", yscale="log")
    rates.set_ylim(top=1.25 * rates.get_ylim()[1])  # room for the legend
    rates.legend(loc="upper center", ncols=4, fontsize=9)
    losses.legend(fontsize=9)
    exploding.legend(fontsize=9, loc="lower left")
    norms.legend(fontsize=9, loc="lower left")
    return figure


def answer(numbers: Numbers) -> str:
    """How the schedules end, best first, and who survives the explosion."""
    ends = {
        name: schedule["epoch_losses"][-1]
        for name, schedule in numbers["schedules"].items()
        if schedule["epoch_losses"]
    }
    order = ", ".join(f"{name} {ends[name]:.2g}" for name in sorted(ends, key=ends.__getitem__))
    lost = {name: schedule["diverged"] for name, schedule in numbers["schedules"].items()}
    lost = ", ".join(f"{count} with {name}" for name, count in lost.items() if count)
    exploding = "; ".join(
        f"{name}: {training['diverged'].split(' (')[0]}"
        if training["diverged"]
        else f"{name}: {training['test_accuracy']:.1%} of the test set"
        for name, training in numbers["exploding"].items()
    )
    return (
        f"Training loss at the end: {order or 'none'}{f' (diverged: {lost})' if lost else ''}. Ten"
        f" hidden layers: {exploding}."
    )


if __name__ == "__main__":
    main(Options, run, draw, answer)
