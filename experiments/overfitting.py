"""Claim: a network with capacity to spare memorizes its examples; weight decay prevents it.

Predict first: 60 points of two noisy half moons, and networks of 2, 8 and 64 relus in each of one
to three layers, trained for 400 epochs. How many times its best validation loss does each end with?
What of that is left with weight decay, with dropout, with moons that hardly overlap? And can the
widest learn labels that were thrown like dice?

Not as the textbook has it: two layers of 8 units overfit as much as two of 64, and one layer of 64
less than both (it needs more epochs); dropout of 0.2, a usual choice, helps little.

What to change: --points, --noise (0.1: little to memorize), --count, --weight-decay,
--dropout; --animate shows the boundary while it goes wrong.
Papers: Zhang et al. 2017 (random labels); Krogh & Hertz 1992 (weight decay); Srivastava et al. 2014
(dropout). Exercise: 01_add_dropout, 09_weight_decay. And what is the smallest --weight-decay that
keeps 64 units within a tenth of their best validation loss?
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from common.configuration import MAX_WIDTH, Activation, Configuration
from common.options import option
from data.datasets import Dataset, Split
from data.points import draw_points
from experiments.experiment import (
    COLORS,
    AnimatedOptions,
    FuncAnimation,
    Numbers,
    main,
    plt,
    side_by_side,
    style,
)
from experiments.plane import (
    draw_bent_grid,
    draw_decision,
    draw_half_planes,
    grid,
    last_hidden,
    limits_of,
    margin,
    output_line,
    rounded,
)
from experiments.plane import draw_points as draw_classes
from mlp_numpy import MLP
from train_numpy import train_steps

HELD_BACK = 500  # examples of validation, and of the test
SETS = ("moons", "circles", "spiral", "random labels")
PointsName = Literal["moons", "circles", "spiral", "random labels"]


class Options(AnimatedOptions):
    """The points, the networks, and the remedies for overfitting."""

    points: PointsName = option("moons")
    """what the grid of networks learns"""
    count: int = option(60, ge=20, le=10_000)
    """training examples"""
    noise: float = option(0.3, ge=0, le=10)
    """standard deviation, in each coordinate"""
    little_noise: float = option(0.1, ge=0, le=10)
    """of the points beside them"""
    widths: tuple[int, ...] = option((2, 8, 64), ge=1, le=MAX_WIDTH, min_length=1, max_length=10)
    layers: tuple[int, ...] = option((1, 2, 3), ge=1, le=20, min_length=1, max_length=5)
    activation: Activation = option("relu")
    weight_decay: float = option(2.0, ge=0, le=1000)
    """of AdamW, as a remedy"""
    dropout: tuple[float, ...] = option((0.2, 0.5), ge=0, lt=1, min_length=1, max_length=5)
    seeds: int = option(5, ge=1, le=1000)
    """draws of points and weights"""
    epochs: int = option(400, ge=2, le=100_000)
    learning_rate: float = option(0.02, gt=0, le=1000)

    @property
    def widest(self) -> tuple[int, ...]:
        """The network that the remedies are tried on: two layers, as wide as there are."""
        return (max(self.widths),) * 2


@dataclass(frozen=True)
class Case:
    """One network on one kind of points."""

    name: str
    points: str
    noise: float
    hidden: tuple[int, ...]
    changes: dict[str, float] = field(default_factory=dict)


def cases(options: Options) -> tuple[list[Case], list[Case]]:
    """The grid of widths and layers; and the widest network with remedies and with other points."""
    points, noise, widest = options.points, options.noise, options.widest
    networks = [
        Case(f"{layers} x {width}", points, noise, (width,) * layers)
        for layers in options.layers
        for width in options.widths
    ]
    beside = [
        Case("no remedy", points, noise, widest),
        Case("weight decay", points, noise, widest, {"weight_decay": options.weight_decay}),
        *(Case(f"dropout {p}", points, noise, widest, {"dropout": p}) for p in options.dropout),
        Case("little noise", points, options.little_noise, widest),
        *(Case(name, name, noise, widest) for name in SETS if name != points),
    ]
    return networks, beside


def draw_dataset(case: Case, count: int, seed: int) -> Dataset:
    """Points of three seeds of their own, so that no two splits share one."""
    name = "moons" if case.points == "random labels" else case.points
    splits = []
    for part, size in enumerate((count, HELD_BACK, HELD_BACK)):
        points, labels = draw_points(name, size, case.noise, 3 * seed + part)
        if case.points == "random labels":
            labels = np.random.default_rng(3 * seed + part).integers(2, size=size)
        splits.append(Split(points.astype(np.float32), labels))
    return Dataset(case.points, *splits, classes=2)


def train_seeds(task: tuple[Options, Case]) -> Numbers:
    """Train the case from every seed: the losses, and what the first of them looks like."""
    options, case = task
    histories, frames, shown = [], [], {}
    for seed in range(options.seeds):
        dataset = draw_dataset(case, options.count, seed)
        limits = limits_of(dataset.train.images)
        keeps_frames = options.animate and seed == 0 and case.name == "no remedy"
        configuration = Configuration(
            hidden=case.hidden,
            activation=options.activation,
            optimizer="adamw",
            learning_rate=options.learning_rate,
            schedule="constant",
            epochs=options.epochs,
            batch_size=20,
            seed=seed,
            **{"weight_decay": 0.0} | case.changes,
        )
        for training in train_steps(configuration, dataset):
            epoch, on_time = training.epoch, training.epoch % -(-options.epochs // 40) == 0
            if keeps_frames and training.epoch_is_over and on_time:
                logits = training.model.forward(grid(limits).astype(np.float32))
                frames.append({"epoch": epoch, "margins": rounded(margin(logits))})
        histories.append(training.history.epochs)
        if seed == 0:
            shown = look(training.model, dataset)
    validation = np.array([[epoch.validation_loss for epoch in run] for run in histories])
    training = np.array([[epoch.train_loss for epoch in run] for run in histories])
    return {
        "name": case.name,
        "hidden": list(case.hidden),
        "train_loss": rounded(np.median(training, axis=0)),
        "validation_loss": rounded(np.median(validation, axis=0)),
        "last_over_best": rounded(validation[:, -1] / validation.min(axis=1)),
        "best": rounded(validation.min(axis=1)),
        "train_accuracy": [run[-1].train_accuracy for run in histories],
        "validation_accuracy": [run[-1].validation_accuracy for run in histories],
        "shown": shown,
        "frames": frames,
    }


def look(model: MLP, dataset: Dataset) -> Numbers:
    """The plane, and the hidden space from the side on which its straight boundary is a line.

    Across: how far from the boundary a point is. Upwards: of what is left, the direction in which
    the examples are farthest apart (their first principal component).
    """
    X, limits = dataset.train.images, limits_of(dataset.train.images)
    all_points = np.concatenate([X, grid(limits).astype(np.float32)])
    hidden = last_hidden(model, all_points).astype(np.float64)
    w, c = output_line(model)
    length = float(np.linalg.norm(w)) or 1.0
    across = (hidden @ w + c) / length
    rest = hidden - np.outer(across, w / length)
    rest -= rest[: len(X)].mean(axis=0)
    upwards = rest @ np.linalg.svd(rest[: len(X)], full_matrices=False)[2][0]
    seen = np.stack([across, upwards], axis=1)
    return {
        "limits": limits,
        "points": X.tolist(),
        "labels": dataset.train.labels.tolist(),
        "margins": rounded(margin(model.forward(all_points[len(X) :]))),
        "hidden_points": rounded(seen[: len(X)]),
        "hidden_grid": rounded(seen[len(X) :]),
    }


def run(options: Options) -> Numbers:
    """Train the grid of networks, the remedies and the other points."""
    networks, beside = cases(options)
    results = side_by_side(train_seeds, [(options, case) for case in [*networks, *beside]])
    frames = [frame for result in results for frame in result.pop("frames")]
    for result in results:
        if result["name"] not in SHOWN:
            del result["shown"]
    return {
        "points": options.points,
        "examples": options.count,
        "noise": options.noise,
        "activation": options.activation,
        "seeds": options.seeds,
        "widths": list(options.widths),
        "layers": list(options.layers),
        "networks": results[: len(networks)],
        "beside": {result["name"]: result for result in results[len(networks) :]},
        "frames": frames,
    }


SHOWN = ("no remedy", "weight decay")


def last_over_best(result: Numbers) -> float:
    """How many times its best validation loss a network ends with: the median of the seeds."""
    return float(np.median(result["last_over_best"]))


def draw(numbers: Numbers) -> plt.Figure:
    """Boundaries, hidden space and losses; how much networks, remedies and points overfit."""
    figure, panels = plt.subplots(2, 3, figsize=(15, 9), layout="constrained")
    beside = numbers["beside"]
    units = f"two layers of {beside['no remedy']['hidden'][0]}"
    for panel, name in zip(panels[0], SHOWN, strict=False):
        draw_plane(panel, beside[name]["shown"], beside[name]["shown"]["margins"])
        panel.set_title(f"{units}, {name}")
    panels[0, 0].legend(loc="upper right")
    draw_hidden_space(panels[0, 2], beside["no remedy"]["shown"])
    draw_losses(panels[1, 0], {name: beside[name] for name in SHOWN})
    draw_grid_of_networks(panels[1, 1], numbers)
    draw_bars(panels[1, 2], beside)
    figure.suptitle(
        f"Memorized, and kept from it: {numbers['examples']} {numbers['points']} of noise"
        f" {numbers['noise']:g} (of the first seed, above), networks of {numbers['activation']}"
    )
    return figure


def draw_plane(panel: plt.Axes, shown: Numbers, margins: list[float]) -> None:
    """The examples, and what the network decides."""
    points, labels = np.array(shown["points"]), np.array(shown["labels"])
    draw_decision(panel, shown["limits"], margins, points, labels)
    panel.set(xlabel="first input", ylabel="second input")


def draw_hidden_space(panel: plt.Axes, shown: Numbers) -> None:
    """The examples where the last hidden layer puts them, and the grid that it has bent."""
    draw_bent_grid(panel, np.array(shown["hidden_grid"]))
    draw_classes(panel, np.array(shown["hidden_points"]), np.array(shown["labels"]))
    draw_half_planes(panel, [1.0, 0.0, 0.0])
    panel.set(xlabel="distance from the boundary", ylabel="widest direction along it")
    panel.set_title("without a remedy: the hidden space")


def draw_losses(panel: plt.Axes, results: dict[str, Numbers]) -> None:
    """Broad: the training loss. Thin: the validation loss, with a cross where it is best."""
    for i, (name, result) in enumerate(results.items()):
        look_of_line = style(i) | {"marker": ""}
        epochs = range(1, len(result["train_loss"]) + 1)
        panel.plot(
            epochs,
            result["train_loss"],
            **look_of_line,
            alpha=0.45,
            linewidth=4,
            label=f"{name}: training",
        )
        validation = result["validation_loss"]
        panel.plot(epochs, validation, **look_of_line, label=f"{name}: validation")
        best = int(np.argmin(validation))
        panel.plot(best + 1, validation[best], "X", color="black", markersize=9)
    panel.set(yscale="log", xlabel="epoch", ylabel="loss (nats), median of the seeds")
    panel.set_ylim(bottom=panel.get_ylim()[0] / 5)  # room for the legend
    panel.set_title("the loss; x: the best validation loss")
    panel.grid(alpha=0.3)
    panel.legend()


def draw_grid_of_networks(panel: plt.Axes, numbers: Numbers) -> None:
    """Last over best validation loss by width, a line for each number of layers."""
    positions = range(len(numbers["widths"]))
    rows = np.reshape([last_over_best(r) for r in numbers["networks"]], (-1, len(positions)))
    for i, (layers, row) in enumerate(zip(numbers["layers"], rows, strict=True)):
        label = f"{layers} hidden layer{'s' if layers > 1 else ''}"
        panel.plot(positions, row, label=label, **style(i))
    panel.axhline(1, color="black", linewidth=0.8)
    panel.set_xticks(positions, numbers["widths"])
    panel.set(xlabel="units in each layer", ylabel="last / best validation loss")
    panel.set_title("how much it overfits, by capacity")
    panel.set_ylim(bottom=0)
    panel.grid(alpha=0.3)
    panel.legend()


def draw_bars(panel: plt.Axes, beside: dict[str, Numbers]) -> None:
    """Last over best validation loss of the widest network: median, and a dot for each seed."""
    for i, (name, result) in enumerate(beside.items()):
        color = COLORS[0] if name == "no remedy" else "#9a9a9a"
        panel.barh(i, last_over_best(result), color=color, label=name)
        ratios = result["last_over_best"]
        panel.plot(ratios, [i] * len(ratios), "o", color="black", markersize=3)
    panel.axvline(1, color="black", linewidth=0.8)
    panel.set_yticks(range(len(beside)), list(beside))
    panel.invert_yaxis()
    panel.set(xlabel="last / best validation loss", title="remedies, and other points")
    panel.grid(alpha=0.3, axis="x")


def animate(numbers: Numbers) -> FuncAnimation:
    """The boundary of the widest network, beside its losses up to that epoch."""
    figure, (plane, losses) = plt.subplots(1, 2, figsize=(10, 5))
    result, frames = numbers["beside"]["no remedy"], numbers["frames"]

    def show(index: int) -> None:
        epoch = frames[index]["epoch"]
        for panel in (plane, losses):
            panel.clear()
        draw_plane(plane, result["shown"], frames[index]["margins"])
        for i, part in enumerate(("train_loss", "validation_loss")):
            line = style(i) | {"marker": ""}
            losses.plot(range(1, epoch + 1), result[part][:epoch], label=part[:-5], **line)
        highest = max(result["validation_loss"])
        losses.set(
            xlim=(0, len(result["train_loss"])),
            ylim=(0, 1.05 * highest),
            xlabel="epoch",
            ylabel="loss (nats)",
        )
        losses.legend(loc="upper left")
        figure.suptitle(f"epoch {epoch}")

    return FuncAnimation(figure, show, frames=len(frames))


def answer(numbers: Numbers) -> str:
    """How much each network overfits, what helps, and how random labels are fitted."""
    networks, beside = numbers["networks"], numbers["beside"]
    ratios = ", ".join(f"{result['name']} {last_over_best(result):.2f}" for result in networks)
    others = ", ".join(f"{name} {last_over_best(result):.2f}" for name, result in beside.items())
    text = (
        f"The last validation loss over the best (median of {numbers['seeds']} seeds;"
        f" {numbers['points']}), layers x units: {ratios}. Of {beside['no remedy']['hidden'][0]}"
        f" units in two layers: {others}."
    )
    if "random labels" in beside:
        random = beside["random labels"]
        right = [np.median(random[f"{part}_accuracy"]) for part in ("train", "validation")]
        text += (
            f" It fits {right[0]:.0%} of random labels, and is right on {right[1]:.0%} of new ones."
        )
    return text


if __name__ == "__main__":
    main(Options, run, draw, answer, animate)
