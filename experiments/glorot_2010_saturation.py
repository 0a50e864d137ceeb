"""Claim: the top layer of deep sigmoids saturates at 0 first, and with four layers it recovers.

Glorot & Bengio 2010, section 3.1 and figure 2: networks of sigmoids learn Shapeset-3×2 from weights
U[±1/√in]. The last hidden layer's mean falls to 0 very quickly, while the others stay near 0.5;
with four hidden layers it recovers, near epoch 100; with five it "never escaped this regime".

Predict first: four and five hidden layers of 100 sigmoids learn MNIST with minibatches of 10. Why
the last layer, and why 0? After how many steps is the network right on half of the images, if ever?
And what changes with the paper's own remedy, the weights that are called Xavier's?

What the paper leaves open: the learning rate (here 0.1), and how long the five layers were given.
The paper's layers have 1,000 units. Here a training ends 3,000 steps after its network is right on
half of 300 images, which are those of the validation; the same images give mean and deviation.

Not as the paper has it: most networks of five layers escape, too, four times as late as those of
four. And Xavier's weights, which the paper derives for tanh and softsign, shorten it for sigmoids.

What to change: --depths 3 6, --learning-rate, --epochs. Exercise: 04_compare_activations,
14_vanishing_gradients. And does the output layer's bias tell why the last layer goes to 0?
"""

import itertools
from dataclasses import replace
from typing import Literal

import numpy as np

from common.configuration import MAX_WIDTH, Configuration
from common.options import option
from data.datasets import Split
from experiments.experiment import ExperimentOptions, Numbers, main, plt, side_by_side, style
from experiments.learning_curves import available, load
from layers_numpy import Activation
from train_numpy import make_model, train_steps

STARTS = {"1/√in": "standard-uniform", "Xavier": "xavier-uniform"}
AFTER = 3000  # steps that a training goes on once half of the images are right


class Options(ExperimentOptions):
    """The networks, and how they are trained."""

    dataset: Literal["mnist", "digits"] = option("mnist")
    depths: tuple[int, ...] = option((4, 5), ge=1, le=50, min_length=1, max_length=4)
    """numbers of hidden layers"""
    width: int = option(100, ge=2, le=MAX_WIDTH)
    """units of each"""
    learning_rate: float = option(0.1, gt=0, le=1000)
    batch_size: int = option(10, ge=1, le=1000)
    epochs: int = option(12, ge=1, le=10_000)
    """after which a training is given up"""
    every: int = option(500, ge=1, le=10_000)
    """steps between two measurements"""
    seeds: int = option(4, ge=1, le=100)
    """trainings of each kind"""


Case = tuple[Options, str, int, str, int]  # options, data set, depth, start, seed


def train_once(case: Case) -> Numbers:
    """Train one network, and measure its hidden layers on the way.

    Raises:
        DivergenceError: where the learning rate is too large.
    """
    options, name, depth, start, seed = case
    dataset = load(name, options.data_root, 55_000)
    images, labels = dataset.validation.images[:300], dataset.validation.labels[:300]
    dataset = replace(dataset, validation=Split(images, labels))
    configuration = Configuration(
        hidden=(options.width,) * depth,
        activation="sigmoid",
        initializer=STARTS[start],
        learning_rate=options.learning_rate,
        momentum=0.0,
        schedule="constant",
        weight_decay=0.0,
        batch_size=options.batch_size,
        epochs=options.epochs,
        seed=seed,
    )
    measured: Numbers = {"depth": depth, "start": start, "escaped": None}
    measured |= {"steps": [], "means": [], "deviations": []}
    model = make_model(configuration, images.shape[1], dataset.classes)
    for training in train_steps(configuration, dataset, model=model):
        if training.step % options.every:
            continue
        model.eval()  # the next step switches back
        outputs = [output for _, output in model.outputs(images)]
        hidden = [
            A
            for layer, A in zip(model.layers, outputs, strict=True)
            if isinstance(layer, Activation)
        ]
        measured["steps"].append(training.step)
        measured["means"].append([float(A.mean()) for A in hidden])
        measured["deviations"].append([float(A.std()) for A in hidden])
        right = (outputs[-1].argmax(axis=1) == labels).mean()
        if right > 0.5 and measured["escaped"] is None:
            measured["escaped"] = training.step
        if measured["escaped"] and training.step >= measured["escaped"] + AFTER:
            break
    return measured


def run(options: Options) -> Numbers:
    """Train each depth from each start and seed."""
    name = available(options.data_root) if options.dataset == "mnist" else options.dataset
    kinds = itertools.product(options.depths, STARTS, range(options.seeds))
    return {
        "dataset": name,
        "depths": list(options.depths),
        "seeds": options.seeds,
        "epochs": options.epochs,
        "runs": side_by_side(train_once, [(options, name, *kind) for kind in kinds]),
    }


def of(numbers: Numbers, depth: int, start: str) -> list[Numbers]:
    """The runs of a depth from a start, one for each seed."""
    return [run for run in numbers["runs"] if (run["depth"], run["start"]) == (depth, start)]


def draw(numbers: Numbers) -> plt.Figure:
    """Mean and deviation of each hidden layer's activations, of the first seed."""
    depths = numbers["depths"]
    figure, panels = plt.subplots(
        len(STARTS),
        len(depths),
        figsize=(6 * len(depths), 8),
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for row, start in zip(panels, STARTS, strict=True):
        for panel, depth in zip(row, depths, strict=True):
            shown = of(numbers, depth, start)[0]
            means, deviations = (np.array(shown[key]) for key in ("means", "deviations"))
            for index in range(depth if len(means) else 0):
                look = style(index) | {"marker": "", "label": f"layer {index + 1}"}
                mean, deviation = means[:, index], deviations[:, index]
                panel.plot(shown["steps"], mean, **look)
                panel.fill_between(
                    shown["steps"],
                    mean - deviation,
                    mean + deviation,
                    color=look["color"],
                    alpha=0.12,
                    linewidth=0,
                )
            if shown["escaped"]:
                panel.axvline(shown["escaped"], color="0.5", linewidth=0.8)
            panel.plot([], [], color="0.5", linewidth=0.8, label="half of the images right")
            panel.set(title=f"{depth} hidden layers, {start}", xlabel="step", ylim=(-0.1, 1.1))
            panel.grid(alpha=0.3)
        row[0].set_ylabel("activation, mean ± deviation")
    deepest = panels[0, int(np.argmax(depths))]
    figure.legend(*deepest.get_legend_handles_labels(), loc="outside lower center", ncols=6)
    figure.suptitle(
        f"Sigmoids of the hidden layers on 300 validation images of {numbers['dataset']},"
        " first seed"
    )
    return figure


def answer(numbers: Numbers) -> str:
    """How far the top layer falls, and when each kind of network escapes."""
    parts = []
    for depth, start in itertools.product(numbers["depths"], STARTS):
        runs = of(numbers, depth, start)
        lowest = [min(means[-1] for means in run["means"]) for run in runs if run["means"]]
        escaped = [run["escaped"] for run in runs if run["escaped"]]
        part = f"{depth} layers, {start}: {len(escaped)} of {len(runs)}"
        if escaped:
            part += f" (median {np.median(escaped):,.0f}, {min(escaped):,} to {max(escaped):,})"
        if lowest:
            part += f", top layer down to {np.mean(lowest):.3f}"
        parts.append(part)
    return (
        f"Networks that get half of the images of {numbers['dataset']} right within"
        f" {numbers['epochs']} epochs, the step at which they do, and the lowest mean of the last"
        f" hidden layer: {'; '.join(parts)}."
    )


if __name__ == "__main__":
    main(Options, run, draw, answer)
