"""Claim: without activation functions, layers on top of each other are one linear layer.

Predict first: a network with the lesson's sizes, 3 inputs, 4 hidden units and 2 outputs, computes
W_o (W_h x + b_h) + b_o. How many of its 26 numbers does the one layer have that computes the same?
And how many of the four corners of XOR can a network of three hidden layers get right without
activations?

What to change: --hidden (more layers, wider ones), --activation (relu, sigmoid).
Lesson: "why non-linear activations". Exercise: 13_linear_collapse. And what are W and b of
the one layer, on paper, for W_h = [[1, 2]], b_h = [3], W_o = [[4], [5]] and b_o = [6, 7]?
"""

from itertools import pairwise

import numpy as np

from common.configuration import MAX_WIDTH, Activation, Configuration
from common.options import option
from data.datasets import load_dataset
from experiments.experiment import COLORS, REGIONS, ExperimentOptions, Numbers, main, plt
from mlp_numpy import MLP
from train_numpy import predict, train


class Options(ExperimentOptions):
    """What to train; the linear network has as many layers, and the identity for activation."""

    hidden: tuple[int, ...] = option((8, 8, 8), ge=1, le=MAX_WIDTH, min_length=1)
    """widths"""
    activation: Activation = option("tanh")
    """of the network that is not linear"""
    epochs: int = option(30, ge=1, le=1000)
    """passes over the noisy corners of XOR"""
    seed: int = option(0, ge=0, lt=2**32)
    """of weights and examples"""


def collapsed(model: MLP) -> tuple[np.ndarray, np.ndarray]:
    """The one weight (out, in) and bias (out,) that compute what these linear layers do.

    W_o (W_h x + b_h) + b_o = (W_o W_h) x + (W_o b_h + b_o), layer after layer.
    """
    parameters = list(model.parameters().values())
    W, b = parameters[:2]
    for W_next, b_next in pairwise_layers(parameters[2:]):
        W, b = W_next @ W, W_next @ b + b_next
    return W, b


def pairwise_layers(parameters: list[np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
    """[W, b, W, b] -> [(W, b), (W, b)]."""
    return list(pairwise(parameters))[::2]


def run(options: Options) -> Numbers:
    """Collapse the lesson's network and a trained one; train the other one beside it."""
    generator = np.random.default_rng(options.seed)
    lesson = MLP((3, 4, 2), activation="identity", seed=options.seed, dtype=np.float64)
    X = generator.standard_normal((100, 3))
    W, b = collapsed(lesson)
    dataset = load_dataset("xor", dtype="float64")
    grid = np.stack(np.meshgrid(*[np.linspace(-2.2, 2.2, 60)] * 2, indexing="xy"), axis=-1)
    numbers: Numbers = {
        "lesson": {
            "numbers_of_the_network": sum(a.size for a in lesson.parameters().values()),
            "numbers_of_one_layer": W.size + b.size,
            "largest_difference": float(abs(lesson.forward(X) - (X @ W.T + b)).max()),
        },
        "points": dataset.test.images[:300].tolist(),
        "labels": dataset.test.labels[:300].tolist(),
        "networks": {},
    }
    for name, activation in (("linear", "identity"), ("with activations", options.activation)):
        model, history = train(
            Configuration(
                hidden=options.hidden,
                activation=activation,
                initializer="xavier-normal",
                epochs=options.epochs,
                seed=options.seed,
                dtype="float64",
            ),
            dataset,
        )
        model.eval()
        logits = model.forward(grid.reshape(-1, 2))
        shown = {
            "activation": activation,
            "accuracy": history.test_accuracy,
            "margin": (logits[:, 1] - logits[:, 0]).reshape(60, 60).tolist(),
            "corners_right": int((predict(model.forward(CORNERS)) == [0, 1, 1, 0]).sum()),
        }
        if activation == "identity":
            W, b = collapsed(model)
            one = grid.reshape(-1, 2) @ W.T + b
            shown["largest_difference"] = float(abs(logits - one).max())
        numbers["networks"][name] = shown
    return numbers


CORNERS = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])


def draw(numbers: Numbers) -> plt.Figure:
    """The straight boundary beside the bent one."""
    figure, panels = plt.subplots(1, 2, figsize=(11, 5.2), sharey=True, layout="constrained")
    points, labels = np.array(numbers["points"]), np.array(numbers["labels"])
    ticks = np.linspace(-2.2, 2.2, 60)
    for panel, (name, network) in zip(panels, numbers["networks"].items(), strict=True):
        margin = np.array(network["margin"])
        panel.contourf(ticks, ticks, margin > 0, levels=[-0.5, 0.5, 1.5], colors=REGIONS)
        panel.contour(ticks, ticks, margin, levels=[0.0], colors="black", linewidths=2)
        for label, marker in enumerate("os"):
            panel.scatter(
                *points[labels == label].T, s=16, marker=marker, color=COLORS[label], label=label
            )
        right = f"{network['accuracy']:.1%} of the test set"
        panel.set_title(f"{name} ({network['activation']}): {right}")
        panel.set_xlabel("first input")
    panels[0].set_ylabel("second input")
    panels[0].legend(title="class", loc="upper right")
    figure.suptitle("XOR: many linear layers draw one straight line")
    return figure


def answer(numbers: Numbers) -> str:
    """How many numbers are left, how equal the outputs are, and how XOR ends."""
    lesson, networks = numbers["lesson"], numbers["networks"]
    linear, bent = networks["linear"], networks["with activations"]
    difference = max(lesson["largest_difference"], linear["largest_difference"])
    return (
        f"{lesson['numbers_of_one_layer']} of {lesson['numbers_of_the_network']} numbers are left,"
        f" and the outputs differ by {difference:.0e} at most. Corners of XOR that are right:"
        f" {linear['corners_right']} of 4 without activations ({linear['accuracy']:.1%} of the test"
        f" set), {bent['corners_right']} with {bent['activation']} ({bent['accuracy']:.1%})."
    )


if __name__ == "__main__":
    main(Options, run, draw, answer)
