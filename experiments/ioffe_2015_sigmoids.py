"""Claim: with batch normalization a network of sigmoids learns faster, higher and steadier.

Ioffe & Szegedy 2015, section 4.1 and figure 1: three hidden layers of 100 sigmoids learn
MNIST in 50,000 steps of 60 examples, from "small random Gaussian values". Figure 1a: the network
with batch normalization has the higher test accuracy throughout. Figure 1b and c: without it, the
distribution of a sigmoid's inputs (percentiles 15, 50, 85) shifts in mean and variance.

Predict first: each network at the best of three learning rates, 5,500 steps. How far apart are they
after 500 steps, and at the end? And what is left of it if both start from Xavier's weights instead,
which were five years old then?

What the paper leaves open: the deviation of the small values (here 0.01), the learning rate (here
each network's best of three), momentum (none), and what its figure's scale is. Here accuracy is
that of validation images, the test set comes once at the end. Inputs are standardised.

Not as the textbook has it: most of the gap is the start's. From Xavier's weights, each network at
its best rate, they learn equally fast, and about a point is left at the end.

What to change: --epochs 55 (the paper's 50,000 steps), --deviation 0.1 (a start in between),
--learning-rates. Exercise: 02_batch_norm, 05_compare_initializations. And at which --deviation do
both networks learn alike?
"""

import itertools
import math
from typing import Literal

import numpy as np

from common.configuration import Configuration
from common.options import option
from common.randomness import INITIAL_WEIGHTS, generator
from common.training import DivergenceError, Training
from data.errors import UserError
from experiments.experiment import ExperimentOptions, Numbers, main, plt, side_by_side, style
from experiments.learning_curves import available, draw_band, load
from layers_numpy import Activation
from mlp_numpy import MLP
from train_numpy import make_model, train_steps

NETWORKS = {"without batch norm": False, "with batch norm": True}
PERCENTILES = (15, 50, 85)
UNIT = 0  # of the last hidden layer, whose inputs are drawn


class Options(ExperimentOptions):
    """The networks, their start, and how they are trained."""

    dataset: Literal["mnist", "digits"] = option("mnist")
    hidden: tuple[int, ...] = option((100, 100, 100), ge=1, le=10_000, min_length=1)
    """widths"""
    deviation: float = option(0.01, gt=0, le=10)
    """of the small random Gaussian values"""
    batch_size: int = option(60, ge=2, le=10_000)
    learning_rates: tuple[float, ...] = option(
        (0.1, 0.5, 2.0), gt=0, le=1000, min_length=1, max_length=20
    )
    epochs: int = option(6, ge=1, le=1000)
    """of 917 steps"""
    every: int = option(100, ge=1, le=10_000)
    """steps between two measurements"""
    seeds: int = option(3, ge=1, le=100)
    """trainings of each kind"""


Case = tuple[Options, str, str, str, float]  # options, data set, start, network, learning rate


def train_seeds(case: Case) -> Numbers:
    """Train from every seed, and measure on the way; no accuracy where a training diverges."""
    options, name, start, network, rate = case
    dataset = load(name, options.data_root, 55_000)
    result: Numbers = {"start": start, "network": network, "rate": rate}
    result |= {"steps": [], "accuracies": [], "percentiles": [], "test": []}
    for seed in range(options.seeds):
        configuration = Configuration(
            hidden=options.hidden,
            activation="sigmoid",
            initializer="xavier-normal",
            batch_norm=NETWORKS[network],
            learning_rate=rate,
            momentum=0.0,
            schedule="constant",
            weight_decay=0.0,
            batch_size=options.batch_size,
            epochs=options.epochs,
            seed=seed,
        )
        model = make_model(configuration, dataset.train.images.shape[1], dataset.classes)
        if start == "small":
            draw_small_weights(model, options.deviation, seed)
        steps, accuracies, percentiles = [], [], []
        try:
            for training in train_steps(configuration, dataset, model=model):
                if training.step % options.every == 0:
                    outputs = layer_outputs(training, dataset.validation.images)
                    right = outputs[-1].argmax(axis=1) == dataset.validation.labels
                    steps.append(training.step)
                    accuracies.append(float(right.mean()))
                    of_unit = sigmoid_inputs(model, outputs)[:, UNIT]
                    percentiles.append(np.percentile(of_unit, PERCENTILES).tolist())
            result["test"].append(training.history.test_accuracy)
        except DivergenceError:
            result["test"].append(None)
        result["accuracies"].append(accuracies)
        result["percentiles"].append(percentiles)
        result["steps"] = max(result["steps"], steps, key=len)
    return result


def draw_small_weights(model: MLP, deviation: float, seed: int) -> None:
    """Set the weights to Gaussian values of this deviation."""
    matrices = [array for array in model.parameters().values() if array.ndim == 2]
    for k, W in enumerate(matrices):
        W[...] = generator(seed, INITIAL_WEIGHTS, k).normal(0, deviation, W.shape)


def layer_outputs(training: Training, images: np.ndarray) -> list[np.ndarray]:
    """Every layer's output in evaluation; the next step switches back to training."""
    training.model.eval()
    return [output for _, output in training.model.outputs(images)]


def sigmoid_inputs(model: MLP, outputs: list[np.ndarray]) -> np.ndarray:
    """What the last hidden layer's activation is applied to, (n, width)."""
    places = [i for i, layer in enumerate(model.layers) if isinstance(layer, Activation)]
    return outputs[places[-1] - 1]


def run(options: Options) -> Numbers:
    """Train both networks from both starts at each rate.

    Raises:
        UserError: where the training ends before the first measurement.
    """
    name = available(options.data_root) if options.dataset == "mnist" else options.dataset
    images = len(load(name, options.data_root, 55_000).train)
    steps = options.epochs * math.ceil(images / options.batch_size)
    if options.every > steps:
        raise UserError(
            f"--every {options.every}: the training has {steps:,} steps; choose at most as many"
        )
    kinds = itertools.product(("small", "Xavier"), NETWORKS, options.learning_rates)
    results = side_by_side(train_seeds, [(options, name, *kind) for kind in kinds])
    return {
        "dataset": name,
        "deviation": options.deviation,
        "every": options.every,
        "seeds": options.seeds,
        "results": results,
    }


def best(numbers: Numbers, start: str, network: str) -> Numbers:
    """Of the rates, that with the best mean validation accuracy at the end."""
    rates = [r for r in numbers["results"] if (r["start"], r["network"]) == (start, network)]
    return max(rates, key=last_accuracy)


def last_accuracy(result: Numbers) -> float:
    """Of the validation images, mean of the seeds; minus infinity where one of them diverged."""
    if None in result["test"]:
        return -math.inf
    return float(np.mean([run[-1] for run in result["accuracies"]]))


def draw(numbers: Numbers) -> plt.Figure:
    """The accuracy from both starts, and the inputs of one sigmoid from the paper's."""
    figure, panels = plt.subplots(2, 2, figsize=(12, 8.5), layout="constrained")
    titles = {
        "small": f"weights of deviation {numbers['deviation']:g}",
        "Xavier": "Xavier's weights",
    }
    for panel, (start, title) in zip(panels[0], titles.items(), strict=True):
        for index, network in enumerate(NETWORKS):
            result = best(numbers, start, network)
            look = style(index) | {"marker": "", "label": f"{network} (rate {result['rate']:g})"}
            if not math.isfinite(last_accuracy(result)):
                panel.plot([], [], **look | {"label": f"{network}: diverges"})
                continue
            draw_band(panel, np.array(result["steps"]), 100 * np.array(result["accuracies"]), look)
        panel.set(xlabel="step", ylabel="validation accuracy (%)", title=title, ylim=(0, 100))
        panel.legend(loc="lower right")
    panels[1, 0].sharey(panels[1, 1])
    for panel, (index, network) in zip(panels[1], enumerate(NETWORKS), strict=True):
        result = best(numbers, "small", network)
        of_steps = np.array(result["percentiles"][0]).reshape(-1, len(PERCENTILES))
        for values, line in zip(of_steps.T, (":", "-", ":"), strict=True):
            look = style(index) | {"marker": "", "linestyle": line}
            panel.plot(result["steps"][: len(values)], values, **look)
        panel.set(
            xlabel="step",
            ylabel="percentiles 15, 50, 85",
            title=f"inputs of a sigmoid, {network}",
        )
    for panel in panels.flat:
        panel.grid(alpha=0.3)
    figure.suptitle(
        f"{numbers['dataset']}, mean and range of {numbers['seeds']} seeds;"
        " below, one unit of the last hidden layer (weights of"
        f" deviation {numbers['deviation']:g})"
    )
    return figure


def answer(numbers: Numbers) -> str:
    """Accuracy early and at the end, of both networks from both starts, at every rate."""
    parts = []
    for start in ("small", "Xavier"):
        name = f"deviation {numbers['deviation']:g}" if start == "small" else "Xavier"
        for network in NETWORKS:
            result = best(numbers, start, network)
            others = [
                f"{shown(r)} (rate {r['rate']:g})"
                for r in numbers["results"]
                if (r["start"], r["network"]) == (start, network) and r is not result
            ]
            beside = f", else {', '.join(others)}" if others else ""
            parts.append(f"{name}, {network}: {shown(result)} (rate {result['rate']:g}){beside}")
    steps = max((result["steps"] for result in numbers["results"]), key=len)
    early, last = steps[min(4, len(steps) - 1)], steps[-1]
    grown = [f"{name} {growth(best(numbers, 'small', name)):.1f} times" for name in NETWORKS]
    return (
        f"Validation accuracy after {early:,} steps -> after {last:,}; test accuracy at the end,"
        f" mean ± deviation of {numbers['seeds']} seeds, {numbers['dataset']}. {'; '.join(parts)}."
        " From the small weights, the range from percentile 15 to 85 of a sigmoid's inputs grows:"
        f" {', '.join(grown)}."
    )


def growth(result: Numbers) -> float:
    """How many times as wide the unit's inputs are spread at the last measurement as at the first.

    The mean of the seeds; NaN where there is no measurement.
    """
    paths = [np.array(path) for path in result["percentiles"] if path]
    ratios = [(path[-1, -1] - path[-1, 0]) / (path[0, -1] - path[0, 0]) for path in paths]
    return float(np.mean(ratios)) if ratios else math.nan


def shown(result: Numbers) -> str:
    """Early and last validation accuracy, and the test accuracy."""
    if not math.isfinite(last_accuracy(result)):
        return "diverges"
    runs = 100 * np.array(result["accuracies"])
    tests = 100 * np.array(result["test"])
    early = runs[:, min(4, runs.shape[1] - 1)].mean()
    return f"{early:.1f} -> {runs[:, -1].mean():.1f}; {tests.mean():.2f} ± {tests.std():.2f}%"


if __name__ == "__main__":
    main(Options, run, draw, answer)
