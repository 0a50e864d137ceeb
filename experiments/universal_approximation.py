"""Claim: one hidden layer, wide enough, approximates any continuous function on a bounded set.

Predict first: the theorem says that good weights exist, not that training finds them. On sin(2πx),
draw the hidden layer's weights at random and leave them; only the output layer is computed, by
least squares. Is that better or worse than training every weight with Adam? Does doubling the width
divide the error of a function with kinks by the same factor as that of a smooth one? And what does
a network that fits on [-1, 1] give at 1.5?

Four errors are compared at each width. "Random hidden layer, least squares": its weights stay as
they were drawn, and least squares finds the output layer with the smallest error. "Trained": Adam
trains all weights from the same start. "Trained hidden layer, least squares": as before, and then
the output layer is solved for (what is gained was lost in optimization, what is left is the hidden
layer's). "Two hidden layers, trained": with as many parameters. A slope is that of a straight line
through the logarithms; an error that bends down from it falls faster than any power of the width.

What to change: --activation relu, --steps, --steepness (of the first hidden units), --widths.
Papers: Cybenko 1989, Hornik 1991 (the theorem), Barron 1993 (the rate). Exercise: why are random
units so good with one input, and worse than trained ones with two? (Count directions.)
"""

import itertools
import math
from typing import Literal

import numpy as np

from common.configuration import Configuration
from common.options import option
from common.schedules import scheduled_learning_rate
from common.training import DivergenceError
from experiments.experiment import (
    REGIONS,
    ExperimentOptions,
    Numbers,
    main,
    plt,
    side_by_side,
    style,
)
from losses_numpy import mean_squared_error
from mlp_numpy import MLP
from optimizers_numpy import Adam

# Each takes points (n, d) of [-1, 1]^d and more: (number of inputs, function).
FUNCTIONS = {
    "sin(2πx)": (1, lambda X: np.sin(2 * np.pi * X)),
    "|sin(2πx)|": (1, lambda X: abs(np.sin(2 * np.pi * X))),
    "sin(πx) sin(πy)": (2, lambda X: np.sin(np.pi * X).prod(axis=1, keepdims=True)),
}
KINDS = (
    "random hidden layer, least squares",
    "trained",
    "trained hidden layer, least squares",
    "two hidden layers, trained",
)


class Options(ExperimentOptions):
    """Which networks, and how they are trained."""

    widths: tuple[int, ...] = option((4, 8, 16, 32, 64), ge=2, le=1000, min_length=2, max_length=10)
    """of the hidden layer"""
    activation: Literal["tanh", "sigmoid", "relu", "softsign"] = option("tanh")
    """of the hidden units"""
    steps: int = option(1500, ge=1, le=100_000)
    """of Adam, each with all points"""
    learning_rate: float = option(0.02, gt=0, le=1000)
    """at the start; falls to 0 by a cosine"""
    steepness: float = option(5.0, gt=0, le=1000)
    """deviation of the first weights"""
    seeds: int = option(3, ge=1, le=50)
    """networks of each kind, whose median is reported"""
    seed: int = option(0, ge=0, lt=2**31)
    """of the first network"""


Case = tuple[str, int, int, Options]  # function, width, seed, options


def grid(d: int, per_axis: int, reach: float) -> np.ndarray:
    """Points of [-reach, reach]^d on a regular grid, (per_axis^d, d)."""
    axes = np.meshgrid(*[np.linspace(-reach, reach, per_axis)] * d, indexing="ij")
    return np.stack(axes, axis=-1).reshape(-1, d)


def make_network(widths: tuple[int, ...], d: int, options: Options, seed: int) -> MLP:
    """A network whose first hidden units bend somewhere in [-1, 1]^d.

    A unit f(w · (x - c)) bends at c. With the biases of 0 of the usual start every c would be 0,
    and random units of one input would be odd functions, all of them.
    """
    model = MLP((d, *widths, 1), options.activation, "xavier-normal", seed=seed, dtype=np.float64)
    generator = np.random.default_rng(seed)
    W, b = list(model.parameters().values())[:2]
    W[...] = options.steepness * generator.standard_normal(W.shape)
    b[...] = -(W * generator.uniform(-1, 1, W.shape)).sum(axis=1)
    return model


def train_all(model: MLP, X: np.ndarray, Y: np.ndarray, options: Options) -> None:
    """Train every parameter. Raises DivergenceError where the loss is not finite."""
    # Tier 1's `train` makes its targets from class labels; these are real numbers.
    course = Configuration(
        schedule="cosine", learning_rate=options.learning_rate, epochs=options.steps
    )
    optimizer = Adam(model.parameters(), options.learning_rate)
    for step in range(options.steps):
        loss, grad_outputs = mean_squared_error(model.forward(X), Y)
        if not math.isfinite(loss):
            raise DivergenceError(
                f"the loss is {loss} at step {step + 1}; try a --learning-rate smaller than"
                f" {options.learning_rate:g}"
            )
        model.backward(grad_outputs)
        optimizer.learning_rate = scheduled_learning_rate(course, step, 1)
        optimizer.step(model.gradients())


def solve_output_layer(model: MLP, X: np.ndarray, Y: np.ndarray) -> None:
    """Set the output layer to the least squares solution for its inputs, the hidden outputs."""
    for layer in model.layers[:-1]:
        X = layer.forward(X)
    with_ones = np.hstack([X, np.ones((len(X), 1))])
    # Smaller singular values are rounding errors: many hidden outputs are almost alike.
    solution = np.linalg.lstsq(with_ones, Y, rcond=1e-12)[0]
    model.layers[-1].W[...] = solution[:-1].T
    model.layers[-1].b[...] = solution[-1]


def as_many_parameters(width: int, d: int) -> int:
    """The largest h for which d-h-h-1 has no more parameters than d-width-1, at least 1.

    h² + (d + 3) h + 1 <= (d + 2) width + 1.
    """
    root = math.sqrt((d + 3) ** 2 + 4 * (d + 2) * width)
    return max(1, int((root - d - 3) / 2))


@np.errstate(over="ignore", invalid="ignore")  # reported in words
def approximate(case: Case) -> Numbers:
    """Every kind's error inside [-1, 1]^d and outside, and what the trained network says."""
    name, width, seed, options = case
    d, function = FUNCTIONS[name]
    X, tested = grid(d, 128 if d == 1 else 16, 1), grid(d, 1001 if d == 1 else 61, 2)
    inside = (abs(tested) <= 1).all(axis=1)
    truth = function(tested)
    numbers: Numbers = {"inside": {}, "outside": {}}

    def measure(kind: str, model: MLP) -> np.ndarray:
        outputs = model.forward(tested)
        for where, chosen in (("inside", inside), ("outside", ~inside)):
            difference = (outputs - truth)[chosen]
            numbers[where][kind] = float(np.sqrt((difference * difference).mean()))
        return outputs

    model = make_network((width,), d, options, seed)
    solve_output_layer(model, X, function(X))
    measure("random hidden layer, least squares", model)
    model = make_network((width,), d, options, seed)
    train_all(model, X, function(X), options)
    numbers["outputs"] = measure("trained", model)[:, 0].tolist()
    solve_output_layer(model, X, function(X))
    measure("trained hidden layer, least squares", model)
    deep = make_network((as_many_parameters(width, d),) * 2, d, options, seed)
    train_all(deep, X, function(X), options)
    measure("two hidden layers, trained", deep)
    return numbers


def run(options: Options) -> Numbers:
    """Approximate every function with every width and seed, several at once."""
    widths = sorted(set(options.widths))
    seeds = range(options.seed, options.seed + options.seeds)
    cases = [(*case, options) for case in itertools.product(FUNCTIONS, widths, seeds)]
    results = dict(zip(cases, side_by_side(approximate, cases), strict=True))
    numbers: Numbers = {"widths": widths, "functions": {}}
    for name, (d, function) in FUNCTIONS.items():
        shown: Numbers = {"inside": {}, "outside": {}, "slopes": {}}
        for where, kind in itertools.product(("inside", "outside"), KINDS):
            shown[where][kind] = [
                float(np.median([results[name, w, seed, options][where][kind] for seed in seeds]))
                for w in widths
            ]
        for kind, errors in shown["inside"].items():
            shown["slopes"][kind] = float(np.polyfit(np.log(widths), np.log(errors), 1)[0])
        tested = grid(d, 1001 if d == 1 else 61, 2)
        shown["truth"] = function(tested)[:, 0].tolist()
        shown["outputs"] = {
            str(w): results[name, w, seeds[0], options]["outputs"] for w in (widths[0], widths[-1])
        }
        numbers["functions"][name] = shown
    return numbers


def draw(numbers: Numbers) -> plt.Figure:
    """Above, error against width; below, the trained networks inside and outside."""
    figure, panels = plt.subplots(2, 3, figsize=(15, 11), layout="constrained")
    widths = numbers["widths"]
    for (name, shown), (errors, fits) in zip(numbers["functions"].items(), panels.T, strict=True):
        for index, kind in enumerate(KINDS):
            label = f"{kind}: slope {shown['slopes'][kind]:.1f}"
            errors.plot(widths, shown["inside"][kind], **style(index), label=label)
        errors.set(title=name, xlabel="width of the hidden layer", xscale="log", yscale="log")
        errors.set_xticks(widths, [str(width) for width in widths], minor=False)
        errors.minorticks_off()
        errors.set_ylabel("root mean square error inside")
        errors.legend(fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.13))
        truth = np.array(shown["truth"])
        if FUNCTIONS[name][0] == 1:
            draw_lines(fits, truth, shown["outputs"])
        else:
            draw_map(figure, fits, truth, shown["outputs"])
    figure.suptitle("Width buys accuracy inside the interval, and nothing outside")
    return figure


def draw_lines(panel: plt.Axes, truth: np.ndarray, outputs: dict[str, list[float]]) -> None:
    """A function of one input, and the trained networks."""
    x = np.linspace(-2, 2, len(truth))
    panel.axvspan(-1, 1, color=REGIONS[0], label="where there are examples")
    panel.plot(x, truth, color="0.6", linewidth=5, label="the function")
    for index, (width, values) in enumerate(outputs.items()):
        panel.plot(x, values, **style(index), markevery=50, label=f"{width} units, trained")
    panel.set(title="Inside and outside", xlabel="x", ylabel="output", ylim=(-1.6, 1.6))
    panel.legend(fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2)


def draw_map(
    figure: plt.Figure, panel: plt.Axes, truth: np.ndarray, outputs: dict[str, list[float]]
) -> None:
    """Where the widest network is wrong about a function of two inputs."""
    width, values = list(outputs.items())[-1]
    side = math.isqrt(len(truth))
    difference = abs(np.array(values) - truth).reshape(side, side).T
    map_ = panel.pcolormesh(
        *[np.linspace(-2, 2, side)] * 2, difference, cmap="cividis", norm="log", vmin=1e-3, vmax=3
    )
    panel.add_patch(plt.Rectangle((-1, -1), 2, 2, fill=False, edgecolor="white", linewidth=2))
    panel.set(title=f"{width} units, trained (the square: examples)", xlabel="x", ylabel="y")
    figure.colorbar(map_, ax=panel, label="absolute error", extend="both")


def answer(numbers: Numbers) -> str:
    """The widest networks' errors and the slopes, function by function."""
    widest = numbers["widths"][-1]
    parts = []
    for name, shown in numbers["functions"].items():
        errors = ", ".join(
            f"{kind} {shown['inside'][kind][-1]:.1e} (slope {shown['slopes'][kind]:.1f})"
            for kind in KINDS
        )
        outside = {kind: courses[-1] for kind, courses in shown["outside"].items()}
        parts.append(
            f"{name}: {errors}; outside, {outside['trained']:.2g} trained and"
            f" {outside[KINDS[0]]:.1g} random"
        )
    return f"Root mean square error with {widest} units. " + ". ".join(parts) + "."


if __name__ == "__main__":
    main(Options, run, draw, answer)
