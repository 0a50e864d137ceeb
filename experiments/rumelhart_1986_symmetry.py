"""Claim: two hidden units find out what mirror symmetry is, with weights in the ratio 1 : 2 : 4.

Predict first: six inputs of 0 and 1 are to be told apart by whether the right half mirrors the left
half, by two hidden units. The paper needed 1,425 sweeps over all 64 inputs. From 50 other starts,
how far apart are the fastest and the slowest? Is 1 : 2 : 4 the only solution? And how many starts
find any with what is usual today: Adam, cross-entropy, tanh and He's initializer?

Paper: Rumelhart, Hinton & Williams 1986 (Nature 323, page 534 and figure 1): 6-2-1 sigmoids,
ε = 0.1, α = 0.9, weights from U[-0.3, 0.3], updated after each sweep. E is half the sum of squared
errors; tier 1's loss is their mean, so that its rate is ε · 64 / 2 = 3.2.
The paper leaves open when it stopped: here, when all 64 outputs are on the right side of 0.5, and
the weights are read when all are within 0.1 of their targets. Whether the biases are drawn, too:
they are, and a second row has them at 0. And of how many starts 1,425 is one.

Opposite signs on mirrored inputs cancel for a symmetric vector. For any other one the sum
±w1 ± w2 ± w3 of the pairs that differ must be far from 0. The smallest such sum is a quarter of the
largest weight at best, and that is reached by 1 : 2 : 4 and by 2 : 3 : 4, and by no others.

What to change: --rates (of Adam), --hidden-units, --today-sweeps (is a start that fails slow?).
Exercise: 03_xor_problem. And why is 1 : 3 : 4 no solution?
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from activations_numpy import sigmoid
from common.options import option
from experiments.experiment import ExperimentOptions, Numbers, main, plt, side_by_side, style
from layers_numpy import Activation
from losses_numpy import mean_squared_error, sigmoid_cross_entropy
from mlp_numpy import MLP
from optimizers_numpy import SGD, Adam

INPUTS = np.array(list(np.ndindex((2,) * 6)), dtype=np.float64)
TARGETS = (INPUTS[:, ::-1] == INPUTS).all(axis=1, keepdims=True).astype(np.float64)
PAPER_SWEEPS = 1425
# Ratios whose smallest sum with signs is a quarter of the largest weight.
RATIOS = {"1 : 2 : 4": (1, 2, 4), "2 : 3 : 4": (2, 3, 4)}


class Options(ExperimentOptions):
    """How many starts each way of training has, and for how long it is tried."""

    seeds: int = option(50, ge=1, le=10_000)
    """starts of the paper's network"""
    sweeps: int = option(30_000, ge=1, le=10_000_000)
    """at most, over the 64 inputs"""
    today_seeds: int = option(20, ge=1, le=10_000)
    """starts of each network on the way from the paper's to today's"""
    today_sweeps: int = option(3000, ge=1, le=10_000_000)
    """at most, of these"""
    rates: tuple[float, ...] = option((0.01, 0.1), gt=0, le=1000, min_length=1, max_length=20)
    """of Adam; the best one counts"""
    hidden_units: tuple[int, ...] = option((2, 4, 8), ge=1, le=1000, min_length=1, max_length=10)
    """of today's network"""


@dataclass(frozen=True)
class Way:
    """One way to train the network; by default it is the paper's."""

    hidden: int = 2
    activation: str = "sigmoid"
    initializer: str = "±0.3"  # or one of common.initializers
    zero_biases: bool = False
    cross_entropy: bool = False
    adam: bool = False
    rate: float = 0.1 * 64 / 2


PAPER: Mapping[str, Way] = {
    "ε 0.1": Way(),
    "ε 0.1, biases from 0": Way(zero_biases=True),
    "ε 0.03": Way(rate=0.03 * 64 / 2),
}


def ways_to_today(options: Options) -> dict[str, list[Way]]:
    """From the paper's network to today's, one change after the other; a way for each rate."""
    adam = [{"adam": True, "rate": rate} for rate in options.rates]
    today = {"cross_entropy": True, "activation": "tanh", "initializer": "he-normal"}
    return {
        "the paper's": [Way()],
        "cross-entropy": [Way(cross_entropy=True, rate=0.3)],
        "Adam": [Way(**choice) for choice in adam],
        "Adam, cross-entropy": [Way(**choice, cross_entropy=True) for choice in adam],
    } | {
        f"Adam, cross-entropy, tanh, He, {units} units": [
            Way(**choice, **today, hidden=units) for choice in adam
        ]
        for units in options.hidden_units
    }


def make_network(way: Way, seed: int) -> MLP:
    """The network before training; a logistic output is its last layer for the squared error."""
    drawn = way.initializer == "±0.3"
    model = MLP(
        (6, way.hidden, 1),
        activation=way.activation,
        initializer="zeros" if drawn else way.initializer,
        seed=seed,
        dtype=np.float64,
    )
    if not way.cross_entropy:
        model.layers.append(Activation("sigmoid"))
    generator = np.random.default_rng(seed)
    for parameter in model.parameters().values():
        if drawn and not (way.zero_biases and parameter.ndim == 1):
            parameter[...] = generator.uniform(-0.3, 0.3, parameter.shape)
    return model


def train_network(case: tuple[Way, int, int, float]) -> tuple[int | None, MLP]:
    """Train from one seed, until all outputs are this near to their targets or sweeps are spent.

    Args:
        case: the way, the seed, the most sweeps, and the largest error at the end.

    Returns:
        the sweeps until all outputs were on the right side (None: never), and the network.
    """
    way, seed, sweeps, tolerance = case
    model = make_network(way, seed)
    loss_function = sigmoid_cross_entropy if way.cross_entropy else mean_squared_error
    parameters = model.parameters()
    optimizer = Adam(parameters, way.rate) if way.adam else SGD(parameters, way.rate, momentum=0.9)
    learned = None
    for sweep in range(sweeps + 1):
        outputs = model.forward(INPUTS)
        shown = sigmoid(outputs) if way.cross_entropy else outputs
        error = abs(shown - TARGETS).max()
        if learned is None and error < 0.5:
            learned = sweep
        if error < tolerance:
            break
        _, gradient = loss_function(outputs, TARGETS)
        model.backward(gradient)
        optimizer.step(model.gradients())
    return learned, model


def measure(case: tuple[Way, int, int]) -> Numbers:
    """One start of the paper's network: the sweeps that it took, and its weights at the end."""
    way, seed, sweeps = case
    learned, model = train_network((way, seed, sweeps, 0.1))
    if learned is None:
        return {"sweeps": None}
    return {"sweeps": learned} | {
        name: array.tolist() for name, array in model.parameters().items()
    }


def count(case: tuple[list[Way], Options]) -> Numbers:
    """How many starts of a network learn it, at its best rate."""
    ways, options = case
    by_rate = []
    for way in ways:
        trained = [
            train_network((way, seed, options.today_sweeps, 0.5))[0]
            for seed in range(options.today_seeds)
        ]
        by_rate.append([sweeps for sweeps in trained if sweeps is not None])
    best = max(range(len(ways)), key=lambda i: len(by_rate[i]))
    return {"rate": ways[best].rate, "sweeps": by_rate[best]}


def side_weights(weight: np.ndarray) -> np.ndarray:
    """The three sizes of the weights (2, 6), smallest first: means of both sides and units."""
    return np.sort(abs(weight).reshape(2, 2, 3)[:, 0] + abs(weight[:, :2:-1])).mean(axis=0) / 2


def nearest_ratio(sizes: np.ndarray) -> str:
    """Which of RATIOS these sizes are nearest to, in units of the largest."""
    relative = sizes / sizes[-1]
    return min(RATIOS, key=lambda name: abs(relative - np.array(RATIOS[name]) / 4).max())


def run(options: Options) -> Numbers:
    """Train the paper's network from every seed, then change it step by step to today's."""
    cases = [(way, seed, options.sweeps) for way in PAPER.values() for seed in range(options.seeds)]
    starts = side_by_side(measure, cases)
    numbers: Numbers = {"seeds": options.seeds, "most_sweeps": options.sweeps, "paper": {}}
    for i, name in enumerate(PAPER):
        of_way = starts[i * options.seeds : (i + 1) * options.seeds]
        numbers["paper"][name] = summary([start for start in of_way if start["sweeps"] is not None])
    ways = ways_to_today(options)
    counted = side_by_side(count, [(each, options) for each in ways.values()])
    numbers["today"] = dict(zip(ways, counted, strict=True))
    numbers["today_seeds"] = options.today_seeds
    numbers["today_sweeps"] = options.today_sweeps
    return numbers


def summary(starts: list[Numbers]) -> Numbers:
    """Of the starts that learned it: sweeps, sizes of the weights, and what is not antisymmetric.

    Besides, the network whose sweeps are nearest to the paper's.
    """
    weights = [np.array(start["layers.0.weight"]) for start in starts]
    shown = min(starts, key=lambda start: abs(start["sweeps"] - PAPER_SWEEPS), default=None)
    sizes = [side_weights(weight) for weight in weights]
    return {
        "sweeps": sorted(start["sweeps"] for start in starts),
        "relative_sizes": [(size / size[-1]).tolist() for size in sizes],
        "ratios": {
            name: [(size / size[0]).tolist() for size in sizes if nearest_ratio(size) == name]
            for name in RATIOS
        },
        "asymmetry": [
            float(abs(weight + weight[:, ::-1]).max() / abs(weight).max()) for weight in weights
        ],
        "shown": shown,
    }


def draw(numbers: Numbers) -> plt.Figure:
    """One network's weights; the sweeps; the ratios; and what is left of it on the way to today."""
    figure, panels = plt.subplots(2, 2, figsize=(12.5, 9), layout="constrained")
    paper = numbers["paper"]
    draw_weights(panels[0, 0], paper["ε 0.1"]["shown"])
    draw_sweeps(panels[0, 1], numbers)
    draw_ratios(panels[1, 0], paper)
    draw_today(panels[1, 1], numbers)
    figure.suptitle("Mirror symmetry by two hidden units: Rumelhart, Hinton & Williams 1986, rerun")
    return figure


def draw_weights(panel: plt.Axes, shown: Numbers | None) -> None:
    """The paper's figure 1, of the start that needed about as many sweeps as the paper's."""
    panel.set(xlabel="input", ylabel="weight")
    if shown is None:
        return
    positions = np.arange(1, 7)
    for unit, weight in enumerate(shown["layers.0.weight"]):
        look = style(unit)
        bars = panel.bar(positions + 0.4 * unit - 0.2, weight, 0.4, color=look["color"])
        panel.bar_label(bars, fmt="{:.1f}", fontsize=8)
        bias = shown["layers.0.bias"][unit]
        bars.set_label(f"hidden unit {unit + 1} (bias {bias:.1f})")
    panel.axhline(0, color="0.3", linewidth=0.8)
    panel.axvline(3.5, color="0.5", linestyle=":")
    panel.margins(y=0.25)
    panel.legend(loc="upper right", fontsize=9)
    panel.set_title(f"A start's weights: {shown['sweeps']:,} sweeps (the paper: {PAPER_SWEEPS:,})")


def draw_sweeps(panel: plt.Axes, numbers: Numbers) -> None:
    """How many of the starts have learned it after so many sweeps."""
    for i, (name, results) in enumerate(numbers["paper"].items()):
        sweeps = [*results["sweeps"], numbers["most_sweeps"]]
        counts = [*range(1, len(sweeps)), len(sweeps) - 1]
        look = style(i) | {"marker": ""}
        panel.step(sweeps, counts, where="post", **look, label=name)
    panel.axvline(PAPER_SWEEPS, color="0.5", label=f"the paper: {PAPER_SWEEPS:,}")
    panel.set(
        xscale="log", xlabel="sweeps", ylabel=f"starts that have learned it, of {numbers['seeds']}"
    )
    panel.set_title("1,425 is one start's number")
    panel.legend(fontsize=9)
    panel.grid(alpha=0.3)


def draw_ratios(panel: plt.Axes, paper: Numbers) -> None:
    """The two smaller sizes in units of the largest, beside the two solutions."""
    for i, (name, results) in enumerate(paper.items()):
        sizes = np.array(results["relative_sizes"]).reshape(-1, 3)
        look = style(i) | {"linestyle": "", "markersize": 7}
        panel.plot(sizes[:, 0], sizes[:, 1], **look, alpha=0.5, label=name)
    for name, (small, middle, large) in RATIOS.items():
        found = len(paper["ε 0.1"]["ratios"][name])
        panel.annotate(
            f"{name} ({found} starts at ε 0.1)",
            (small / large, middle / large),
            (0, 14),
            textcoords="offset points",
            ha="center",
        )
        panel.plot(small / large, middle / large, "+", color="black", markersize=18)
    panel.set(xlim=(0, 0.8), ylim=(0.3, 1))
    panel.set(xlabel="smallest weight / largest", ylabel="middle weight / largest")
    panel.set_title("Two solutions, and the paper has one of them")
    panel.legend(loc="lower right", fontsize=9)
    panel.grid(alpha=0.3)


def draw_today(panel: plt.Axes, numbers: Numbers) -> None:
    """How many starts learn it, from the paper's network to today's."""
    names = list(numbers["today"])
    counts = [len(result["sweeps"]) for result in numbers["today"].values()]
    labels = [name.replace(", He", ",\nHe") for name in names]
    bars = panel.barh(labels, counts, color=style(0)["color"])
    panel.bar_label(bars, padding=3)
    panel.invert_yaxis()
    panel.set(xlim=(0, 1.1 * numbers["today_seeds"]))
    panel.set_xlabel(
        f"starts that learn it in {numbers['today_sweeps']:,} sweeps, of {numbers['today_seeds']}"
    )
    panel.set_title("From the paper's choices to today's")


def answer(numbers: Numbers) -> str:
    """Sweeps, ratios and antisymmetry of the paper's network; the counts on the way to today."""
    parts = []
    for name, results in numbers["paper"].items():
        sweeps = results["sweeps"]
        spread = (
            f" (sweeps: median {np.median(sweeps):,.0f}, {sweeps[0]:,} to {sweeps[-1]:,})"
            if sweeps
            else ""
        )
        parts.append(f"{name}: {len(sweeps)} of {numbers['seeds']}{spread}")
    results = numbers["paper"]["ε 0.1"]
    ratios = "; ".join(
        f"{name} in {len(found)}" + (f" (mean {mean_ratio(found)})" if found else "")
        for name, found in results["ratios"].items()
    )
    asymmetry = np.median(results["asymmetry"]) if results["asymmetry"] else np.nan
    today = "; ".join(
        f"{name} {len(result['sweeps'])}" for name, result in numbers["today"].items()
    )
    return (
        f"Starts that learn it in {numbers['most_sweeps']:,} sweeps: {'; '.join(parts)}. Ratios at"
        f" ε 0.1: {ratios}; antisymmetric to {asymmetry:.2%} (median). In"
        f" {numbers['today_sweeps']:,} sweeps, of {numbers['today_seeds']}: {today}."
    )


def mean_ratio(ratios: list[list[float]]) -> str:
    """1 : 2.00 : 4.00."""
    _, middle, largest = np.mean(ratios, axis=0)
    return f"1 : {middle:.2f} : {largest:.2f}"


if __name__ == "__main__":
    main(Options, run, draw, answer)
