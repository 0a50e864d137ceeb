"""Claim: the XOR network with two hidden units hardly ever ends in a local minimum.

Predict first: the authors met two local minima in hundreds of runs. Of 200 starts from weights
between -0.3 and 0.3, how many end in one? How many from weights between -1 and 1? And with twice
the hidden units?

Paper: Rumelhart, Hinton & Williams 1986, "Learning internal representations by error propagation"
(Parallel Distributed Processing, volume 1, chapter 8, section "The XOR problem" and figure 6):
2-2-1 sigmoids, targets of 0.1 and 0.9, learning rate 0.5, momentum 0.9. E is half the sum of
squared errors; tier 1's loss is their mean, so that its rate is 0.5 · 4 / 2 = 1.
The chapter leaves open how large the first weights are ("small"): three sizes are tried here,
biases included. How many runs there were: "hundreds". When a run has learned: here, when all four
outputs are within 0.1 of their targets. And how long the others are waited for: 6,000 sweeps.

Is it a minimum? At one, the gradient is 0 and the weights stand still. Those that are stuck are
watched for ten times as long.

What to change: --sizes 0.1 (stuck, or slow?), --hidden-units, --sweeps.
Exercise: 03_xor_problem. And xor.py, with tanh, cross-entropy and Xavier's weights, gets stuck
more often: which of the three is it?
"""

from dataclasses import dataclass

import numpy as np

from common.options import option
from experiments.experiment import ExperimentOptions, Numbers, main, plt, side_by_side, style
from layers_numpy import Activation
from losses_numpy import mean_squared_error
from mlp_numpy import MLP
from optimizers_numpy import SGD, gradient_norm

INPUTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TARGETS = np.array([[0.1], [0.9], [0.9], [0.1]])
LEARNED = 0.1  # the largest error of a network that has learned it
WATCHED = 5  # starts of each kind that are stuck, and are watched for longer
LONGER = 10  # so many times as many sweeps


class Options(ExperimentOptions):
    """Which networks start how often, and for how long they are trained."""

    seeds: int = option(200, ge=1, le=10_000)
    """starts of each network"""
    sizes: tuple[float, ...] = option((0.3, 1.0, 2.0), gt=0, le=100, min_length=1)
    """first weights are drawn between minus this and this"""
    hidden_units: tuple[int, ...] = option((2, 4), ge=1, le=1000, min_length=1, max_length=6)
    sweeps: int = option(6000, ge=1, le=1_000_000)
    """at most, over the four inputs"""


@dataclass(frozen=True)
class Start:
    """A network before its training."""

    hidden: int
    size: float
    seed: int


def make_network(start: Start) -> MLP:
    """The network before training, its logistic output a layer of its own."""
    model = MLP((2, start.hidden, 1), activation="sigmoid", initializer="zeros", dtype=np.float64)
    model.layers.append(Activation("sigmoid"))
    generator = np.random.default_rng(start.seed)
    for parameter in model.parameters().values():
        parameter[...] = generator.uniform(-start.size, start.size, parameter.shape)
    return model


def train_network(case: tuple[Start, int]) -> int | None:
    """The sweeps from this start until it is learned; None where they are not enough."""
    start, sweeps = case
    model, optimizer = begin(start)
    for sweep in range(sweeps + 1):
        if abs(model.forward(INPUTS) - TARGETS).max() < LEARNED:
            return sweep
        take_step(model, optimizer)
    return None


def begin(start: Start) -> tuple[MLP, SGD]:
    """The network, and the optimizer with the chapter's rates."""
    model = make_network(start)
    return model, SGD(model.parameters(), 0.5 * len(INPUTS) / 2, momentum=0.9)


def take_step(model: MLP, optimizer: SGD) -> float:
    """One sweep: the loss before it."""
    loss, gradient = mean_squared_error(model.forward(INPUTS), TARGETS)
    model.backward(gradient)
    optimizer.step(model.gradients())
    return loss


def watch(case: tuple[Start, int]) -> Numbers:
    """A training of so many sweeps, looked at about twenty times for each factor of ten."""
    start, sweeps = case
    model, optimizer = begin(start)
    looked_at = set(np.geomspace(1, sweeps, int(20 * np.log10(sweeps)) + 2).round().astype(int))
    watched: Numbers = {"sweeps": [], "losses": [], "gradients": [], "largest_weights": []}
    for sweep in range(1, sweeps + 1):
        loss = take_step(model, optimizer)
        if sweep in looked_at:
            largest = max(abs(parameter).max() for parameter in model.parameters().values())
            watched["sweeps"].append(sweep)
            watched["losses"].append(loss)
            watched["gradients"].append(gradient_norm(model.gradients()))
            watched["largest_weights"].append(float(largest))
    return watched | {"outputs": model.forward(INPUTS)[:, 0].tolist()}


def run(options: Options) -> Numbers:
    """Train every network from every seed; watch some of those that are stuck, and one other."""
    kinds = [(hidden, size) for hidden in options.hidden_units for size in options.sizes]
    starts = [Start(*kind, seed) for kind in kinds for seed in range(options.seeds)]
    results = side_by_side(train_network, [(start, options.sweeps) for start in starts])
    networks, watched = [], []
    for hidden, size in kinds:
        sweeps = {
            start.seed: result
            for start, result in zip(starts, results, strict=True)
            if (start.hidden, start.size) == (hidden, size)
        }
        learned = sorted(count for count in sweeps.values() if count is not None)
        stuck = [seed for seed, count in sweeps.items() if count is None]
        networks.append({"hidden": hidden, "size": size, "sweeps": learned, "stuck": len(stuck)})
        watched += [Start(hidden, size, seed) for seed in stuck[:WATCHED] if hidden == 2]
    others = [start for start, result in zip(starts, results, strict=True) if result is not None]
    longer = [(start, LONGER * options.sweeps) for start in [*watched, *others[:1]]]
    trainings = side_by_side(watch, longer)
    return {
        "seeds": options.seeds,
        "most_sweeps": options.sweeps,
        "networks": networks,
        "stuck": trainings[: len(watched)],
        "learned": trainings[len(watched) :],
    }


def at(training: Numbers, what: str, sweeps: int) -> float:
    """What was measured at this sweep, or at the one looked at that is nearest to it."""
    index = np.argmin(abs(np.array(training["sweeps"]) - sweeps))
    return training[what][index]


def still_stuck(training: Numbers) -> bool:
    """Whether a watched training has not learned it in the end, either."""
    return bool(abs(np.array(training["outputs"]) - TARGETS[:, 0]).max() >= LEARNED)


def draw(numbers: Numbers) -> plt.Figure:
    """How many are stuck, at which outputs, and what gradient and weights do there."""
    figure, panels = plt.subplots(2, 2, figsize=(11.5, 8.5), layout="constrained")
    counts, outputs, gradients, weights = panels.ravel()
    for i, hidden in enumerate(sorted({network["hidden"] for network in numbers["networks"]})):
        rows = [network for network in numbers["networks"] if network["hidden"] == hidden]
        shares = [100 * network["stuck"] / numbers["seeds"] for network in rows]
        positions = np.arange(len(rows)) + 0.4 * i
        bars = counts.bar(positions, shares, 0.38, color=style(i)["color"])
        counts.bar_label(bars, [network["stuck"] for network in rows])
        bars.set_label(f"{hidden} hidden units")
        counts.set_xticks(np.arange(len(rows)) + 0.2, [f"±{network['size']:g}" for network in rows])
    counts.set(xlabel="first weights", ylabel=f"stuck (% of {numbers['seeds']} starts)")
    counts.set_title("How many are stuck")
    counts.legend(fontsize=9)
    counts.margins(y=0.12)
    groups = (("stuck", style(1)), ("learned", style(0)))
    positions = np.arange(len(INPUTS))
    for group, look in groups:
        for i, training in enumerate(numbers[group]):
            named = {"label": group} if i == 0 else {}
            line = look | {"marker": "", "linewidth": 1}
            points = look | {"linestyle": "", "markersize": 7, "alpha": 0.6}
            nudge = 0.03 * i - 0.2 if group == "stuck" else 0.3
            outputs.plot(positions + nudge, training["outputs"], **points, **named)
            gradients.plot(training["sweeps"], training["gradients"], **line, **named)
            weights.plot(training["sweeps"], training["largest_weights"], **line, **named)
    line = {"color": "black", "linewidth": 1, "label": "target"}
    outputs.hlines(TARGETS[:, 0], positions - 0.4, positions + 0.4, **line)
    outputs.set_xticks(positions, ["0 0", "0 1", "1 0", "1 1"])
    outputs.set(xlabel="inputs", ylabel="output", ylim=(0, 1.25), xlim=(-0.5, 3.5))
    outputs.set_title("Two outputs are right, and two are 0.5")
    gradients.set(xscale="log", yscale="log", xlabel="sweeps", ylabel="norm of the gradient")
    gradients.set_title("The gradient goes on falling")
    weights.set(xscale="log", xlabel="sweeps", ylabel="largest weight")
    weights.set_title("The weights go on growing")
    outputs.legend(fontsize=9, loc="upper center", ncols=3)
    gradients.legend(fontsize=9, loc="lower left")
    weights.legend(fontsize=9)
    figure.suptitle("XOR by 2-2-1: how often it is stuck, and where (Rumelhart et al. 1986, rerun)")
    return figure


def answer(numbers: Numbers) -> str:
    """How many starts are stuck; and what those that are watched for longer do."""
    parts = []
    for hidden in sorted({network["hidden"] for network in numbers["networks"]}):
        rows = [network for network in numbers["networks"] if network["hidden"] == hidden]
        parts.append(
            f"{hidden} hidden units "
            + ", ".join(f"{network['stuck']} (±{network['size']:g})" for network in rows)
        )
    text = (
        f"Stuck after {numbers['most_sweeps']:,} sweeps, of {numbers['seeds']} starts:"
        f" {'; '.join(parts)}."
    )
    if not numbers["stuck"]:
        return text
    first, last = numbers["most_sweeps"], LONGER * numbers["most_sweeps"]
    stuck = [training for training in numbers["stuck"] if still_stuck(training)]
    text += f" {len(stuck)} of {len(numbers['stuck'])} are so after {last:,}, too."
    if not stuck:
        return text

    def medians(what: str) -> tuple[float, float]:
        before, after = (np.median([at(each, what, s) for each in stuck]) for s in (first, last))
        return float(before), float(after)

    return (
        text + " In between (median) the gradient's norm fell from {:.1e} to {:.1e}, the largest"
        " weight grew from {:.1f} to {:.1f}, and the loss fell from {:.5f} to {:.5f}."
    ).format(*medians("gradients"), *medians("largest_weights"), *medians("losses"))


if __name__ == "__main__":
    main(Options, run, draw, answer)
