"""Claim: thirty layers of relus learn from He's initial weights and stall from Xavier's.

He et al. 2015, figure 3 (page 5): a network of 30 layers (27 convolutional, 3 fully connected) on
ImageNet. From weights of variance 2 / in it converges; from 1 / in, "Xavier", it "completely
stalls", and more epochs do not change that. The gradients, the paper says, all diminish.

Predict first: 30 hidden layers of 64 relus see MNIST twice. A relu halves what passes, and Xavier's
variance does not make up for it. How small is the gradient of a hidden weight before the first
step? Does a higher learning rate help, do more epochs, does Adam, whose steps do not depend on the
gradient's size?

What the paper leaves open: its learning rate at 30 layers, and how many epochs "more" are. Here
each start is trained at several rates, without weight decay. A multilayer perceptron stands in for
the convolutions, MNIST for ImageNet; biases are 0, as there.

Not as the paper has it: the stall is a slow start. With more epochs (--epochs 10), at a higher
rate, or by Adam, the network begins to learn from Xavier's weights, too.

What to change: --epochs, --depth 22 (the paper's other network: both converge), --learning-rates.
Exercise: 05_compare_initializations, 14_vanishing_gradients. And at which depth does Xavier begin
to stall, if the rate is the best for He?
"""

import itertools
import math
from typing import Literal

import numpy as np

from common.configuration import MAX_WIDTH, Configuration
from common.options import option
from common.training import DivergenceError
from experiments.experiment import ExperimentOptions, Numbers, main, plt, side_by_side, style
from experiments.learning_curves import available, load, padded, without_nan
from train_numpy import train_steps

STARTS = {"Xavier": "xavier-normal", "He": "he-normal"}
BINS = 60  # parts of the training whose mean loss is drawn


class Options(ExperimentOptions):
    """How deep and wide the networks are, and how they are trained."""

    dataset: Literal["mnist", "digits"] = option("mnist")
    depth: int = option(30, ge=2, le=200)
    """hidden layers"""
    width: int = option(64, ge=2, le=MAX_WIDTH)
    """units of each"""
    images: int = option(55_000, ge=256, le=55_000)
    """training images"""
    epochs: int = option(2, ge=1, le=1000)
    learning_rates: tuple[float, ...] = option(
        (0.001, 0.003, 0.01, 0.1), gt=0, le=1000, min_length=1, max_length=20
    )
    """of sgd"""
    adam_rates: tuple[float, ...] = option((0.001,), gt=0, le=1000, max_length=20)
    seeds: int = option(5, ge=1, le=100)
    """trainings of each kind"""


Case = tuple[Options, str, str, str, float]  # options, data set, start, optimizer, learning rate


def train_seeds(case: Case) -> Numbers:
    """Train from every seed; None where a training diverges."""
    options, name, start, optimizer, rate = case
    dataset = load(name, options.data_root, options.images)
    losses, validation, tests, gradients = [], [], [], []
    for seed in range(options.seeds):
        configuration = Configuration(
            hidden=(options.width,) * options.depth,
            initializer=STARTS[start],
            optimizer=optimizer,
            learning_rate=rate,
            schedule="constant",
            weight_decay=0.0,
            epochs=options.epochs,
            seed=seed,
        )
        steps = options.epochs * configuration.steps_per_epoch(len(dataset.train))
        of_steps: list[float] = []
        try:
            for training in train_steps(configuration, dataset):
                of_steps.append(training.loss)
                if training.step == 1:  # the gradient of the initial weights
                    gradients.append(weight_norms(training.gradients))
            validation.append(training.history.epochs[-1].validation_accuracy)
            tests.append(training.history.test_accuracy)
        except DivergenceError:
            validation.append(math.nan)
            tests.append(math.nan)
        parts = np.array_split(padded(of_steps, steps), min(BINS, steps))
        losses.append(without_nan(part.mean() for part in parts))
    return {
        "start": start,
        "optimizer": optimizer,
        "rate": rate,
        "losses": losses,
        "steps": steps,
        "validation": without_nan(validation),
        "test": without_nan(tests),
        "gradients": gradients,
    }


def weight_norms(gradients: dict[str, np.ndarray]) -> list[float]:
    """The norm of ∂L/∂W of each layer, from the first to the logits'."""
    return [float(np.linalg.norm(g)) for name, g in gradients.items() if name.endswith("weight")]


def run(options: Options) -> Numbers:
    """Train from each start at each rate; of each optimizer's rates, keep the best."""
    name = available(options.data_root) if options.dataset == "mnist" else options.dataset
    kinds = [("sgd", rate) for rate in options.learning_rates]
    kinds += [("adam", rate) for rate in options.adam_rates]
    cases = [(options, name, start, *kind) for start, kind in itertools.product(STARTS, kinds)]
    results = side_by_side(train_seeds, cases)
    return {
        "dataset": name,
        "depth": options.depth,
        "epochs": options.epochs,
        "seeds": options.seeds,
        "results": results,
    }


def of(numbers: Numbers, start: str, optimizer: str) -> list[Numbers]:
    """The results of a start with an optimizer, one for each rate."""
    return [
        result
        for result in numbers["results"]
        if (result["start"], result["optimizer"]) == (start, optimizer)
    ]


def best(numbers: Numbers, start: str, optimizer: str) -> Numbers:
    """That of the rate with the best mean validation accuracy, all of whose seeds converged."""
    return max(of(numbers, start, optimizer), key=lambda result: mean(result["validation"]))


def mean(accuracies: list[float | None]) -> float:
    """The mean over the seeds; 0 where one of them diverged."""
    return 0.0 if None in accuracies else float(np.mean(accuracies))


def optimizers(numbers: Numbers) -> list[str]:
    """Those that were used, in the order of use."""
    return list(dict.fromkeys(result["optimizer"] for result in numbers["results"]))


def draw(numbers: Numbers) -> plt.Figure:
    """The training loss at the best rates, the gradients at the start, what the rate changes."""
    figure, panels = plt.subplots(1, 3, figsize=(15, 5), layout="constrained")
    losses, gradients, rates = panels
    pairs = itertools.product(optimizers(numbers), STARTS)
    for index, (optimizer, start) in enumerate(pairs):
        result, look = best(numbers, start, optimizer), style(index)
        for seed, run_losses in enumerate(result["losses"]):
            middles = (np.arange(len(run_losses)) + 0.5) * result["steps"] / len(run_losses)
            label = None if seed else f"{start}, {optimizer} (best rate {result['rate']:g})"
            values = np.array(run_losses, float)
            losses.plot(middles, values, **look | {"marker": ""}, linewidth=1, label=label)
        of_rates = of(numbers, start, optimizer)
        means = [mean(result["validation"]) for result in of_rates]
        errors = [100 - 100 * accuracy if accuracy else np.nan for accuracy in means]
        rates.plot([r["rate"] for r in of_rates], errors, **look)
    for index, start in enumerate(STARTS):
        norms = np.array(of(numbers, start, "sgd")[0]["gradients"])
        layers = np.arange(1, norms.shape[1] + 1)
        gradients.plot(layers, np.median(norms, axis=0), **style(index), label=start)
    losses.axhline(math.log(10), color="0.5", linewidth=0.8)
    losses.annotate("guessing", (0, math.log(10)), (60, 3), textcoords="offset points")
    losses.set(xlabel="step", ylabel="training loss (nats)", title="training at the best rate")
    gradients.set(
        xlabel="layer", ylabel="norm of ∂L/∂W", yscale="log", title="gradient before the first step"
    )
    rates.set(
        xscale="log",
        xlabel="learning rate",
        ylabel="validation error (%)",
        title="after the training (a gap: a seed diverged)",
    )
    rates.set_ylim(0, 100)
    gradients.legend()
    figure.legend(*losses.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    for panel in panels:
        panel.grid(alpha=0.3)
    figure.suptitle(
        f"{numbers['depth']} hidden layers of relus, {numbers['dataset']},"
        f" {numbers['epochs']} epochs, {numbers['seeds']} seeds"
    )
    return figure


def answer(numbers: Numbers) -> str:
    """The accuracy of both starts with each optimizer, and how small Xavier's gradient is."""
    parts = []
    for optimizer in optimizers(numbers):
        he, xavier = (best(numbers, start, optimizer) for start in ("He", "Xavier"))
        (beside,) = (r for r in of(numbers, "Xavier", optimizer) if r["rate"] == he["rate"])
        part = (
            f"{optimizer}, rate {he['rate']:g}: {spread(he)} from He, {spread(beside)} from Xavier"
        )
        if xavier["rate"] != he["rate"]:
            part += f", whose best rate {xavier['rate']:g} gives {spread(xavier)}"
        parts.append(part)
    norms = [np.median(of(numbers, start, "sgd")[0]["gradients"], axis=0) for start in STARTS]
    hidden = [float(np.median(of_layers[1:-1])) for of_layers in norms]
    return (
        f"Test accuracy of {numbers['depth']} hidden layers after {numbers['epochs']} epochs of"
        f" {numbers['dataset']}, mean ± deviation of {numbers['seeds']} seeds. {'; '.join(parts)}."
        " Norm of ∂L/∂W before the first step, median of the hidden layers:"
        f" {hidden[0]:.1e} from Xavier, {hidden[1]:.1e} from He."
    )


def spread(result: Numbers) -> str:
    """The test accuracy: mean and deviation over the seeds."""
    if None in result["test"]:
        return "divergence"
    tests = 100 * np.array(result["test"])
    return f"{tests.mean():.2f} ± {tests.std():.2f}%"


if __name__ == "__main__":
    main(Options, run, draw, answer)
