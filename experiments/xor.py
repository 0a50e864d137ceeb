"""Claim: a hidden layer bends the plane until one straight line solves XOR.

Predict first: two hidden units can solve XOR. Of 100 networks that start from different weights,
how many find out how with two tanh units, and how many with four? And how many without an
activation function, with as many units as you like?

The four points are the training, the validation and the test set: nothing is held back, because
there is nothing else to know. A network has solved them when it gets all four right, and its
training ends there.

What to change: --widths (1: the boundary stays straight, whatever the activation), --activations,
--epochs (is a network that fails slow, or stuck?), --learning-rate; --animate shows the bending.
Paper: Rumelhart, Hinton & Williams 1986, who met a local minimum of XOR with two units.
Exercise: 03_xor_problem. And which weights, found by hand, solve it with two tanh units?
"""

from typing import Any

import numpy as np

from common.configuration import MAX_WIDTH, Activation, Configuration, Loss
from common.diagnosis import to_array
from common.options import option
from data.datasets import Dataset, Split
from experiments.experiment import (
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
    draw_boundary,
    draw_decision,
    draw_half_planes,
    draw_points,
    grid,
    last_hidden,
    limits_of,
    margin,
    output_line,
    rounded,
)
from mlp_numpy import MLP
from tiers import TIERS
from train_numpy import make_model, train_steps

CORNERS = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
LABELS = np.array([0, 1, 1, 0])
LIMITS = limits_of(CORNERS, 0.8)
LOSSES: dict[Loss, str] = {
    "sigmoid-cross-entropy": "one logistic output",
    "softmax-cross-entropy": "two softmax outputs",
}
# The picture's network is stopped at this loss: later, tanh is at ±1 nearly everywhere.
TARGET_LOSS = 0.15


class Options(AnimatedOptions):
    """Which networks start how often, and for how long they are trained."""

    widths: tuple[int, ...] = option((1, 2, 4, 8), ge=1, le=MAX_WIDTH, min_length=1, max_length=20)
    activations: tuple[Activation, ...] = option(
        ("identity", "relu", "sigmoid", "tanh"), min_length=1, max_length=5
    )
    seeds: int = option(100, ge=1, le=10_000)
    """starts of each network"""
    epochs: int = option(80, ge=1, le=100_000)
    """at most, of the four points"""
    learning_rate: float = option(0.3, gt=0, le=1000)
    shown: Activation = option("tanh")
    """activation of the two units in the picture"""
    shown_seed: int = option(17, ge=0, lt=2**32)
    """from which they start"""


def four_points() -> Dataset:
    """XOR without noise; each split has all of it."""
    points = Split(CORNERS, LABELS)
    return Dataset("xor", points, points, points, classes=2)


def configuration(options: Options, **choices: Any) -> Configuration:
    """Gradient descent on all four points at once."""
    return Configuration(
        **{"initializer": "xavier-normal", "loss": "sigmoid-cross-entropy"} | choices,
        epochs=options.epochs,
        learning_rate=options.learning_rate,
        batch_size=4,
        schedule="constant",
        weight_decay=0.0,
        dtype="float64",
    )


def solved(case: tuple[Options, Activation, int, Loss]) -> list[int]:
    """The seeds from which this network solves XOR."""
    options, activation, width, loss = case
    seeds = []
    for seed in range(options.seeds):
        choices = {"hidden": (width,), "activation": activation, "loss": loss, "seed": seed}
        for training in train_steps(configuration(options, **choices), four_points()):
            if training.history.epochs[-1].validation_accuracy == 1:  # a step is an epoch
                seeds.append(seed)
                break
    return seeds


def run(options: Options) -> Numbers:
    """Count the starts that solve XOR; train one of two units in every tier."""
    cases = [
        (options, activation, width, loss)
        for loss in LOSSES
        for activation in options.activations
        for width in options.widths
    ]
    # First, since the others' minutes would be lost where torch is not installed.
    network, frames = train_in_every_tier(options)
    results = side_by_side(solved, cases)
    return {
        "seeds": options.seeds,
        "widths": list(options.widths),
        "solved": {
            loss: {
                activation: [
                    len(seeds)
                    for (_, *case, of_loss), seeds in zip(cases, results, strict=True)
                    if (case[0], of_loss) == (activation, loss)
                ]
                for activation in options.activations
            }
            for loss in LOSSES
        },
        "network": network,
        "frames": frames,
    }


def train_in_every_tier(options: Options) -> tuple[Numbers, list[Numbers]]:
    """Two hidden units and one output from the shown seed: what each tier's network computes.

    Returns:
        The numbers of the trained network, and a frame for each epoch where they are wanted.
    """
    choices = configuration(options, hidden=(2,), activation=options.shown, seed=options.shown_seed)
    frames: list[Numbers] = []
    model = make_model(choices, inputs=2, classes=2)
    margins = {}
    for name, tier in TIERS.items():
        for training in tier.train_steps(choices, four_points()):
            if options.animate and name == "numpy":
                frames.append(look(training.model) | {"epoch": training.epoch})
            if training.loss < TARGET_LOSS:
                break
        # A state of any tier fits into any other: this reads them all alike.
        state = training.model.state_dict()
        model.load_state_dict({key: to_array(value) for key, value in state.items()})
        margins[name] = margin(model.forward(grid(LIMITS)))
    network = {
        "activation": options.shown,
        "seed": options.shown_seed,
        "tiers": {name: rounded(values) for name, values in margins.items()},
        "largest_difference": float(np.ptp(list(margins.values()), axis=0).max()),
        **look(model),
    }
    return network, frames


def look(model: MLP) -> Numbers:
    """What the network decides on the grid, and where its hidden units send grid and points."""
    line, offset = output_line(model)
    return {
        "margins": rounded(margin(model.forward(grid(LIMITS)))),
        "right": int(((margin(model.forward(CORNERS)) > 0) == LABELS).sum()),
        "hidden_grid": rounded(last_hidden(model, grid(LIMITS))),
        "hidden_points": last_hidden(model, CORNERS).tolist(),
        "line": [*line.tolist(), offset],
    }


def draw(numbers: Numbers) -> plt.Figure:
    """The plane, the hidden space, and how many starts succeed."""
    figure, panels = plt.subplots(2, 2, figsize=(10.5, 10), layout="constrained")
    draw_network(panels[0], numbers["network"])
    plane = panels[0, 0]
    plane.set_title("the plane: three tiers, one boundary")
    for (name, margins), look_of_line in zip(
        numbers["network"]["tiers"].items(), TIER_LINES, strict=True
    ):
        draw_boundary(plane, LIMITS, margins, **look_of_line)
        plane.plot([], [], label=TIERS[name].title, **look_of_line)
    plane.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3, fontsize="small")
    for panel, (loss, shares) in zip(panels[1], numbers["solved"].items(), strict=True):
        positions = range(len(numbers["widths"]))
        for i, (activation, counts) in enumerate(shares.items()):
            share = 100 * np.array(counts) / numbers["seeds"]
            panel.plot(positions, share, label=activation, **style(i))
        panel.set_xticks(positions, numbers["widths"])
        panel.set(title=LOSSES[loss], xlabel="hidden units", ylim=(-4, 104))
        panel.grid(alpha=0.3)
    panels[1, 0].set_ylabel(f"solved XOR (% of {numbers['seeds']} starts)")
    panels[1, 0].legend(title="activation")
    figure.suptitle("XOR: bent until one straight line does it")
    return figure


# Lines that lie on top of each other: broad below, thin above.
TIER_LINES = (
    {"color": "#b0b0b0", "linewidth": 8, "linestyle": "-"},
    {"color": "black", "linewidth": 4, "linestyle": "-"},
    {"color": "#f2b705", "linewidth": 1.5, "linestyle": "--"},
)


def draw_network(panels: Any, network: Numbers) -> None:
    """The boundary in the plane, and the line in the bent hidden space that it comes from."""
    plane, space = panels
    draw_decision(plane, LIMITS, network["margins"], CORNERS, LABELS)
    plane.set(xlabel="first input", ylabel="second input")
    draw_bent_grid(space, np.array(network["hidden_grid"]))
    draw_points(space, np.array(network["hidden_points"]), LABELS, size=60)
    draw_half_planes(space, network["line"])
    space.set(xlabel="first hidden unit", ylabel="second hidden unit")
    space.set_title("the hidden space: the plane's grid, bent")


def animate(numbers: Numbers) -> FuncAnimation:
    """The plane and the hidden space during the training."""
    figure, panels = plt.subplots(1, 2, figsize=(10, 5.2))
    frames = numbers["frames"]

    def show(index: int) -> None:
        for panel in panels:
            panel.clear()
        draw_network(panels, frames[index])
        figure.suptitle(f"epoch {frames[index]['epoch']}: {frames[index]['right']} of 4 right")

    return FuncAnimation(figure, show, frames=len(frames))


def answer(numbers: Numbers) -> str:
    """How many starts find it, by units and outputs, and how equal the tiers are."""
    network, parts = numbers["network"], []
    for loss, shares in numbers["solved"].items():
        counts = [
            f"{activation} " + ", ".join(map(str, shares[activation])) for activation in shares
        ]
        parts.append(f"{LOSSES[loss]}: " + "; ".join(counts))
    widths = ", ".join(map(str, numbers["widths"]))
    return (
        f"Of {numbers['seeds']} starts with {widths} hidden units solve XOR, with "
        + ". With ".join(parts)
        + f". The picture's network ({network['activation']}, seed {network['seed']}) gets"
        f" {network['right']} of 4 right; its logits differ by"
        f" {network['largest_difference']:.0e} at most between the three tiers."
    )


if __name__ == "__main__":
    main(Options, run, draw, answer, animate)
