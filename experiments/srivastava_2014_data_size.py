"""Claim: dropout helps, unless the training images are very few or very many.

Srivastava et al. 2014, section 7.4 and figure 10: networks of relus learn 100, 500, 1,000, 5,000,
10,000 and 50,000 images of MNIST, drawn at random, with and without dropout. With 100 and 500,
dropout gives no improvement; then its gain rises to a "sweet spot" and falls again.

Predict first: two layers of 512 relus learn 100 to 5,000 images by 1,200 steps of 50. Half of the
hidden units are dropped, and a fifth of the pixels. What is the test error of each, with and
without? With how many images does dropout gain most: in percentage points, and as a share of the
error?

What the paper leaves open: learning rate, number of steps and max-norm of this figure, and how many
draws each of its points is. Here all sizes have the same number of steps, one rate, sgd with
momentum 0.9, no max-norm, and each seed draws other images. The paper's network is larger: 1,024,
1,024 and 2,048 units (--hidden 1024 1024 2048, which takes six times as long).

Not as the paper has it: dropout helps with 100 and with 500 images, too.

What to change: --sizes 10000 50000 --steps 10000 (where the gain falls), --input-dropout 0,
--dropout 0.2. Exercise: 01_add_dropout, 09_weight_decay. And which of the two does more, dropping
pixels or dropping units?
"""

import itertools
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from common.configuration import MAX_WIDTH, Configuration
from common.options import option
from data.datasets import Dataset, Split
from data.errors import UserError
from experiments.experiment import ExperimentOptions, Numbers, main, plt, side_by_side, style
from experiments.learning_curves import available, load
from layers_numpy import Dropout
from train_numpy import make_model, train_steps

KINDS = ("without dropout", "with dropout")


class Options(ExperimentOptions):
    """How many images there are, the network, and its dropout."""

    dataset: Literal["mnist", "digits"] = option("mnist")
    sizes: tuple[int, ...] = option(
        (100, 500, 1000, 5000), ge=50, le=55_000, min_length=1, max_length=20
    )
    """numbers of training images"""
    hidden: tuple[int, ...] = option((512, 512), ge=1, le=MAX_WIDTH, min_length=1)
    """widths"""
    dropout: float = option(0.5, gt=0, lt=1)
    """probability of dropping a hidden unit"""
    input_dropout: float = option(0.2, ge=0, lt=1)
    """probability of dropping a pixel"""
    learning_rate: float = option(0.01, gt=0, le=1000)
    steps: int = option(1200, ge=1, le=1_000_000)
    """of each training, at least: whole epochs"""
    batch_size: int = option(50, ge=1, le=50)
    seeds: int = option(5, ge=1, le=100)
    """trainings of each kind, each on other images"""


class InputDropout(Dropout):
    """Dropout of the pixels; nobody needs the gradient of an input."""

    def backward(self, grad_Y: np.ndarray | None) -> None:
        return None


Case = tuple[Options, str, int, str, int]  # options, data set, size, kind, seed


def train_once(case: Case) -> float:
    """The test error in percent.

    Raises:
        DivergenceError: where the learning rate is too large.
    """
    options, name, size, kind, seed = case
    dropped = kind == "with dropout"
    dataset = some_images(load(name, options.data_root, 55_000), size, seed)
    configuration = Configuration(
        hidden=options.hidden,
        dropout=options.dropout if dropped else 0.0,
        learning_rate=options.learning_rate,
        schedule="constant",
        weight_decay=0.0,
        batch_size=options.batch_size,
        epochs=math.ceil(options.steps / math.ceil(size / options.batch_size)),
        seed=seed,
    )
    model = make_model(configuration, dataset.train.images.shape[1], dataset.classes)
    if dropped and options.input_dropout:
        model.layers.insert(0, InputDropout(options.input_dropout))
    *_, training = train_steps(configuration, dataset, model=model)
    return 100 - 100 * training.history.test_accuracy


def some_images(dataset: Dataset, size: int, seed: int) -> Dataset:
    """The data set with training images drawn at random, and 100 validation images.

    Nothing is chosen by these: with few training images there are many epochs, and to validate
    each of them would take longer than to train it.
    """
    rows = np.random.default_rng(seed).permutation(len(dataset.train))[:size]
    train, validation = dataset.train, dataset.validation
    return replace(
        dataset,
        train=Split(train.images[rows], train.labels[rows]),
        validation=Split(validation.images[:100], validation.labels[:100]),
    )


def run(options: Options) -> Numbers:
    """Train on each number of images, with and without dropout, from each seed.

    Raises:
        UserError: where the data set has fewer images.
    """
    name = available(options.data_root) if options.dataset == "mnist" else options.dataset
    images, most = len(load(name, options.data_root, 55_000).train), max(options.sizes)
    if most > images:
        raise UserError(
            f"--sizes {most}: {name} has {images:,} training images; choose at most as many"
        )
    kinds = list(itertools.product(options.sizes, KINDS))
    cases = [(options, name, *kind, seed) for kind in kinds for seed in range(options.seeds)]
    results = iter(side_by_side(train_once, cases))
    errors: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    for _, kind in kinds:
        errors[kind].append([next(results) for _ in range(options.seeds)])
    return {
        "dataset": name,
        "sizes": list(options.sizes),
        "steps": options.steps,
        "seeds": options.seeds,
        "errors": errors,
    }


def of_kinds(numbers: Numbers) -> Mapping[str, np.ndarray]:
    """The errors of each kind, (sizes, seeds)."""
    return {kind: np.array(numbers["errors"][kind]) for kind in KINDS}


def draw(numbers: Numbers) -> plt.Figure:
    """The error against the number of images, and what dropout takes of it."""
    figure, panels = plt.subplots(1, 2, figsize=(12, 5), layout="constrained")
    errors, gains = panels
    sizes, of = numbers["sizes"], of_kinds(numbers)
    for index, (kind, runs) in enumerate(of.items()):
        errors.plot(sizes, runs.mean(axis=1), **style(index), label=kind)
        errors.fill_between(
            sizes, runs.min(axis=1), runs.max(axis=1), color=style(index)["color"], alpha=0.2
        )
    shares = 100 * (1 - of["with dropout"] / of["without dropout"])
    for run_shares in shares.T:
        gains.plot(sizes, run_shares, color="0.7", linewidth=0.8)
    gains.plot(sizes, shares.mean(axis=1), **style(2), label="mean; a line for each seed")
    gains.axhline(0, color="0.5", linewidth=0.8)
    errors.set(ylabel="test error (%)", title="test error", yscale="log")
    ticks = (1, 2, 3, 5, 10, 20, 30, 50, 90)
    limits = errors.get_ylim()
    errors.set_yticks(ticks, [str(tick) for tick in ticks])
    errors.set_ylim(limits)
    gains.set(ylabel="share of the error (%)", title="what dropout takes of it")
    for panel in panels:
        panel.set(xscale="log", xlabel="training images")
        panel.set_xticks(sizes, [f"{size:,}" for size in sizes])
        panel.minorticks_off()
        panel.legend()
        panel.grid(alpha=0.3)
    figure.suptitle(
        f"{numbers['dataset']}, {numbers['steps']:,} steps, {numbers['seeds']} seeds (mean and"
        " range)"
    )
    return figure


def answer(numbers: Numbers) -> str:
    """The error with and without dropout, of each number of images."""
    of = of_kinds(numbers)
    parts = []
    for size, without, with_ in zip(numbers["sizes"], *of.values(), strict=True):
        better = int((with_ < without).sum())
        parts.append(
            f"{size:,} images {without.mean():.2f} ± {without.std():.2f} -> {with_.mean():.2f} ±"
            f" {with_.std():.2f} (better in {better} of {len(with_)})"
        )
    return (
        f"Test error in % without dropout -> with it, mean ± deviation of {numbers['seeds']} seeds,"
        f" {numbers['dataset']}: {'; '.join(parts)}."
    )


if __name__ == "__main__":
    main(Options, run, draw, answer)
