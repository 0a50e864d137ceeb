"""Claim: what a multilayer perceptron still gains on MNIST, it gains from distorted images.

LeCun's list of results on MNIST (yann.lecun.com/exdb/mnist) has multilayer perceptrons from 4.7 %
test error (LeCun et al. 1998) to 0.35 % (Cireşan et al. 2010: six layers, distorted images, a GPU).
The lesson stops at "above 98 %".

Predict first: the default network errs on 1.7 % of the test set after six seconds of one core.
Which of these takes most of the errors that are left, and which costs most: the whole toolbox, a
network of 1,024 units a layer with noise, the same with adversarial examples, the same with
distorted images, an ensemble of five?

All settings were chosen on the validation images; the test set is measured once, at the end of each
training. Adversarial training takes the mean of two gradients: of the minibatch, and of the same
images, each pixel moved by 0.1 of the way from black to white against the label. The distortions
are affine maps and the elastic ones of Simard et al. 2003, section 2, drawn anew for every epoch.

What to change: ROWS, where a row of your own is one entry. Exercise: 01_add_dropout, 02_batch_norm,
07_mnist_98. And does a wider network gain anything without distortions?
"""

import json
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter, map_coordinates

from common.configuration import Configuration
from common.options import option
from common.randomness import generator
from common.runs.files import write_json
from common.training import Training
from data.datasets import Dataset, Split, load_dataset
from data.errors import UserError
from data.mnist import SOURCES
from experiments.experiment import ExperimentOptions, Numbers, main, plt, side_by_side, style
from experiments.learning_curves import available
from layers_numpy import BatchNorm1d, Layer
from losses_numpy import LOSSES
from mlp_numpy import MLP
from train_numpy import make_model, probabilities, train_steps

DISTORTIONS, NOISE = 3, 4  # purposes of their own, beside those of `common.randomness`
# MNIST's pixels from 0 to 1 are divided by this when they are standardised.
PIXEL_DEVIATION = SOURCES["mnist"].scale.std
# Test errors in percent of multilayer perceptrons in LeCun's list.
PUBLISHED = {
    "LeCun et al. 1998: 500-150": 2.95,
    "Simard et al. 2003: 800, elastic": 0.7,
    "Cireşan et al. 2010: six layers, elastic, GPU": 0.35,
}


@dataclass(frozen=True)
class Distortion:
    """How far images are distorted; lengths are shares of an image's side.

    Attributes:
        rotation: largest angle, in radians.
        scaling: largest change of the size, for each axis.
        shear: largest tangent of the angle.
        translation: largest, along each axis.
        displacement: root mean square of the elastic displacements.
        smoothing: standard deviation of the Gaussian that makes neighbours move alike.
    """

    rotation: float = math.radians(10)
    scaling: float = 0.1
    shear: float = 0.1
    translation: float = 1.5 / 28
    displacement: float = 1 / 28
    smoothing: float = 5 / 28


@dataclass(frozen=True)
class Row:
    """One row of the table: a network, and how it is trained.

    Attributes:
        title: for the table.
        settings: what differs from the tiers' defaults, by the names of `Configuration`.
        noise: deviation of Gaussian noise on the pixels, in ways from black to white, and on what
            batch normalization has normalized.
        epsilon: by how much of the way from black to white adversarial pixels are moved.
        distortion: how the images are distorted, anew for every epoch; None for as they are.
    """

    title: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    noise: float = 0.0
    epsilon: float = 0.0
    distortion: Distortion | None = None


TOOLBOX = {
    "hidden": (512, 256),
    "batch_norm": True,
    "dropout": 0.3,
    "optimizer": "adamw",
    "learning_rate": 0.01,
    "weight_decay": 0.1,
    "epochs": 15,
}
WIDE = TOOLBOX | {"hidden": (1024, 1024), "batch_size": 256}
ROWS = {
    "linear": Row("softmax regression", {"hidden": ()}),
    "default": Row("the tiers' default"),
    "toolbox": Row("toolbox", TOOLBOX),
    "plain": Row(
        "wide, noise", WIDE | {"dropout": 0.0, "weight_decay": 0.02, "epochs": 20}, noise=0.3
    ),
    "adversarial": Row("wide, adversarial examples", WIDE | {"epochs": 30}, epsilon=0.1),
    "distorted": Row(
        "wide, distorted images",
        WIDE | {"dropout": 0.0, "epochs": 60},
        distortion=Distortion(),
    ),
}
RowName = Literal["linear", "default", "toolbox", "plain", "adversarial", "distorted"]
SHORT: tuple[RowName, ...] = ("linear", "default", "toolbox")


class Options(ExperimentOptions):
    """Which rows of the table are measured."""

    dataset: Literal["mnist", "digits"] = option("mnist")
    rows: tuple[RowName, ...] = option(())
    """of the table (without one: the first three, which take minutes)"""
    full: bool = option(False)
    """all rows, HOURS of two cores"""
    seeds: int = option(5, ge=1, le=100)
    """trainings for each row; they are an ensemble, too"""

    def __attrs_post_init__(self) -> None:
        if self.full and self.rows:
            raise UserError(
                f"--full with --rows {' '.join(self.rows)}: --full measures all rows; give one of"
                " the two"
            )


class Noise(Layer):
    """Y = X + σ ε in training, with ε drawn from N(0, 1); Y = X in evaluation.

    The baseline of Rasmus et al. 2015 has it before every layer.
    """

    def __init__(self, deviation: float, generator: np.random.Generator) -> None:
        self.deviation, self.generator = deviation, generator

    def forward(self, X: np.ndarray) -> np.ndarray:
        if not self.training:
            return X
        return X + self.deviation * self.generator.standard_normal(X.shape, X.dtype)

    def backward(self, grad_Y: np.ndarray | None) -> np.ndarray | None:
        return grad_Y


class InputGradient(Layer):
    """Passes the minibatch on, and keeps the gradient that comes back to it."""

    def forward(self, X: np.ndarray) -> np.ndarray:
        return X

    def backward(self, grad_Y: np.ndarray) -> None:
        self.grad_X = grad_Y


load = cache(load_dataset)

Case = tuple[str, Path, Row, int]  # data set, its folder, row, seed


def train_once(case: Case) -> Numbers:
    """Train one network.

    Returns:
        validation and test accuracy, the seconds of one core, and the probabilities of the
        classes of every test image, (n, classes).

    Raises:
        DivergenceError: where a number is no longer finite.
    """
    name, root, row, seed = case
    dataset = load(name, root)
    started = time.process_time()
    configuration = Configuration(**row.settings, seed=seed)
    model = make_model(configuration, dataset.train.images.shape[1], dataset.classes)
    if row.noise:
        add_noise(model, row.noise, generator(seed, NOISE))
    *_, training = steps(row, configuration, dataset, model)
    seconds = time.process_time() - started
    model.eval()
    return {
        "validation": training.history.epochs[-1].validation_accuracy,
        "test": training.history.test_accuracy,
        "seconds": seconds,
        "probabilities": probabilities(model.forward(dataset.test.images), configuration.loss),
    }


def add_noise(model: MLP, deviation: float, generator: np.random.Generator) -> None:
    """Put noise before the first layer, and behind each batch normalization."""
    layers: list[Layer] = [Noise(deviation / PIXEL_DEVIATION, generator)]
    for layer in model.layers:
        layers.append(layer)
        if isinstance(layer, BatchNorm1d):
            layers.append(Noise(deviation, generator))
    model.layers = layers


def steps(
    row: Row, configuration: Configuration, dataset: Dataset, model: MLP
) -> Iterator[Training]:
    """The training of a row: the tier's own, with other images or another gradient."""
    if row.distortion:
        return steps_on_distorted(configuration, dataset, model, row.distortion)
    if row.epsilon:
        return adversarial_steps(configuration, dataset, model, row.epsilon / PIXEL_DEVIATION)
    return train_steps(configuration, dataset, model=model)


def steps_on_distorted(
    configuration: Configuration, dataset: Dataset, model: MLP, distortion: Distortion
) -> Iterator[Training]:
    """A training whose images are distorted anew in every epoch."""
    images = dataset.train.images

    def draw(epoch: int) -> np.ndarray:
        return distort(images, distortion, generator(configuration.seed, DISTORTIONS, epoch))

    dataset = replace(dataset, train=Split(draw(0), dataset.train.labels))
    for training in train_steps(configuration, dataset, model=model):
        if training.epoch_is_over and not training.is_over:
            training.examples.images[...] = draw(training.epoch)
        yield training


def distort(
    images: Float[np.ndarray, "n d"], limits: Distortion, generator: np.random.Generator
) -> Float[np.ndarray, "n d"]:
    """Every image through an affine map and an elastic one of its own, drawn at random."""
    side = math.isqrt(images.shape[1])
    pixels = np.indices((side, side)) - (side - 1) / 2  # (2, side, side), around the centre
    distorted = np.empty_like(images)
    for rows in np.array_split(np.arange(len(images)), math.ceil(len(images) / 1000)):
        n = len(rows)
        places = (
            np.einsum("nij,jyx->niyx", affine_maps(n, limits, generator), pixels) + (side - 1) / 2
        )
        places += uniform(limits.translation * side, (n, 2, 1, 1), generator)
        places += displacements(n, side, limits, generator)
        which = np.broadcast_to(np.arange(n)[:, None, None], (n, side, side))
        distorted[rows] = map_coordinates(
            images[rows].reshape(n, side, side),
            (which, places[:, 0], places[:, 1]),
            order=1,
            cval=images[0].min(),  # the background
        ).reshape(n, -1)
    return distorted


def affine_maps(
    n: int, limits: Distortion, generator: np.random.Generator
) -> Float[np.ndarray, "n 2 2"]:
    """A rotation, a shear and a scaling of each axis, multiplied."""
    angles = uniform(limits.rotation, n, generator)
    shears = uniform(limits.shear, n, generator)
    rotations = np.array([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]])
    ones, zeros = np.ones(n), np.zeros(n)
    sheared = np.einsum("ijn,jkn->nik", rotations, np.array([[ones, zeros], [shears, ones]]))
    return sheared * (1 + uniform(limits.scaling, (n, 1, 2), generator))


def displacements(
    n: int, side: int, limits: Distortion, generator: np.random.Generator
) -> Float[np.ndarray, "n 2 side side"]:
    """By how many pixels each pixel moves, along each axis: smoothed noise (Simard et al. 2003)."""
    noise = uniform(1, (n, 2, side, side), generator).astype(np.float32)
    sigma = limits.smoothing * side
    smooth = gaussian_filter(noise, (0, 0, sigma, sigma), mode="constant")
    return smooth * (limits.displacement * side / np.sqrt(np.mean(smooth**2)))


def uniform(limit: float, shape: Any, generator: np.random.Generator) -> np.ndarray:
    """Numbers between -limit and limit."""
    return generator.uniform(-limit, limit, shape)


def adversarial_steps(
    configuration: Configuration, dataset: Dataset, model: MLP, epsilon: float
) -> Iterator[Training]:
    """A training on the mean of two losses: of each minibatch, and of its adversarial examples.

    Goodfellow et al. 2015, section 6: α = 0.5, and x + ε sign(∂L/∂x).
    """
    loss_function, inputs = LOSSES[configuration.loss], InputGradient()
    model.layers[0].needs_input_gradient = True
    model.layers.insert(0, inputs)
    paused = train_steps(configuration, dataset, model=model, pause_before_update=True)
    for training in paused:
        clean = {name: gradient.copy() for name, gradient in training.gradients.items()}
        gradients = training.gradients  # the arrays that the update reads
        X = training.examples.images[training.indices]
        X = X + epsilon * np.sign(inputs.grad_X)
        _, grad_logits = loss_function(
            model.forward(X), training.examples.targets[training.indices]
        )
        model.backward(grad_logits)
        for name, gradient in training.gradients.items():
            gradients[name][...] = (clean[name] + gradient) / 2
        yield next(paused)


def run(options: Options) -> Numbers:
    """Train the rows from every seed, and add what earlier commands kept of the others.

    A row that is finished is kept at once, in a file of its own.

    Raises:
        UserError: where a kept file is damaged, or none can be written.
    """
    name = available(options.data_root) if options.dataset == "mnist" else options.dataset
    names = tuple(ROWS) if options.full else options.rows or SHORT
    rows = {row: kept(options, name, row) for row in ROWS if row not in names}
    labels = load_dataset(name, options.data_root).test.labels
    for row in names:
        cases = [(name, options.data_root, ROWS[row], seed) for seed in range(options.seeds)]
        runs = side_by_side(train_once, cases)
        mean = np.mean([result.pop("probabilities") for result in runs], axis=0)
        measured = {key: [result[key] for result in runs] for key in runs[0]}
        measured["ensemble"] = float(np.mean(mean.argmax(axis=1) == labels))
        content = {"made_by": made_by(options, name, row), "measured": measured}
        write_json(options.folder / f"how_far_{row}.json", content)
        rows[row] = measured
    in_order = {row: rows[row] for row in ROWS if rows[row]}
    return {"dataset": name, "seeds": options.seeds, "rows": in_order}


def kept(options: Options, name: str, row: str) -> Numbers | None:
    """What an earlier command measured of a row, if it had the same settings."""
    path = options.folder / f"how_far_{row}.json"
    try:
        content = json.loads(path.read_bytes())
        same = content["made_by"] == made_by(options, name, row)
        return content["measured"] if same else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError):
        raise UserError(f"{path} cannot be read; delete it, and measure the row again") from None


def made_by(options: Options, name: str, row: str) -> Numbers:
    """What decides the numbers of a row, as JSON holds it."""
    settings = asdict(replace(ROWS[row], title=row))
    return json.loads(json.dumps({"dataset": name, "seeds": options.seeds, **settings}))


def draw(numbers: Numbers) -> plt.Figure:
    """The test error of each row against what a training costs."""
    figure, panel = plt.subplots(figsize=(10, 6), layout="constrained")
    count = numbers["seeds"]
    for index, (name, row) in enumerate(numbers["rows"].items()):
        look = style(index) | {"linestyle": ""}
        errors, seconds = 100 - 100 * np.array(row["test"]), np.array(row["seconds"])
        ensemble = 100 - 100 * row["ensemble"]
        panel.plot(seconds, errors, **look, alpha=0.4)
        panel.plot(seconds.mean(), errors.mean(), **look | {"markersize": 8})
        panel.plot(seconds.sum(), ensemble, **look | {"markersize": 8, "fillstyle": "none"})
        mean, both = (seconds.mean(), errors.mean()), (seconds.sum(), ensemble)
        panel.plot(*zip(mean, both, strict=True), color=look["color"], linewidth=0.8)
        panel.annotate(
            ROWS[name].title,
            mean,
            (-8, 0),
            textcoords="offset points",
            color=look["color"],
            ha="right",
            va="center",
        )
    for title, error in PUBLISHED.items():
        panel.axhline(error, color="0.5", linewidth=0.8, linestyle=":")
        panel.annotate(
            title,
            (0, error),
            (4, 3),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            color="0.4",
        )
    panel.set(xscale="log", yscale="log", xlabel="seconds of one core", ylabel="test error (%)")
    panel.set_xlim(min(min(row["seconds"]) for row in numbers["rows"].values()) / 10)
    ticks = (0.3, 0.5, 0.7, 1, 2, 3, 5, 8)
    panel.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    panel.minorticks_off()
    panel.grid(alpha=0.3)
    figure.suptitle(
        f"{numbers['dataset']}: filled, the mean of {count} networks (pale: each of them); hollow,"
        f" the {count} as one ensemble"
    )
    return figure


def answer(numbers: Numbers) -> str:
    """Of each row: the test error, that of the ensemble, and what a network costs."""
    parts = []
    for name, row in numbers["rows"].items():
        errors = 100 - 100 * np.array(row["test"])
        parts.append(
            f"{name} {errors.mean():.2f} ± {errors.std():.2f} ({100 - 100 * row['ensemble']:.2f};"
            f" {np.mean(row['seconds']):.0f} s)"
        )
    return (
        f"Test error of {numbers['dataset']} in %, mean ± deviation of {numbers['seeds']} networks"
        f" (as one ensemble; seconds of one core for each): {', '.join(parts)}."
    )


if __name__ == "__main__":
    main(Options, run, draw, answer)
