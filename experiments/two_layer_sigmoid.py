"""Claim: forward, loss, backward, update: twenty lines train a network, in any of three styles.

The lesson's network: a minibatch of 64 with 1,000 inputs, 100 hidden sigmoids and 10 outputs, all
drawn from N(0, 1), without biases; the loss is the sum of all squared errors; 2,000 steps of
gradient descent at 1e-4. Here it stands three times, in the style of each tier, and starts from the
same weights. (Everywhere else in this repository the loss is a mean over the minibatch.)

Predict first: the loss starts near 64 · 10 · (1 + 100 / 2) = 33,000. By how much will the first
weight have moved (its change's norm over its own) when the loss is below 10? How many of its hidden
outputs are so near to 0 or 1 at the start that their derivative is almost 0? And how far does the
training come when the first weight is not trained at all?

What to change: --weight-scale 0.03 (the first weight's deviation, 1/sqrt(1000): no unit starts
saturated, and the loss falls to rounding errors, which no two styles share), --learning-rate.
Lesson: "a network in 20 lines". Exercise: 11_backprop_by_hand. And why may the second weight alone
fit all 64 examples?
"""

import numpy as np

from common.options import option
from common.training import DivergenceError
from experiments.experiment import ExperimentOptions, Numbers, main, plt, style

EXAMPLES, INPUTS, HIDDEN, OUTPUTS = 64, 1000, 100, 10
SATURATED = 0.02  # So near to 0 or 1, the derivative a (1 - a) is below a twelfth of its largest.
Course = tuple[list[float], np.ndarray, np.ndarray]  # every step's loss, both weights at the end


class Options(ExperimentOptions):
    """How long and how fast to train."""

    steps: int = option(2000, ge=2, le=20_000)
    """updates of both weights"""
    learning_rate: float = option(1e-4, gt=0, le=1000)
    """of gradient descent"""
    weight_scale: float = option(1.0, gt=0, le=100)
    """deviation of the first weight"""
    seed: int = option(0, ge=0, lt=2**32)
    """of data and weights"""


def sigmoid(Z: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-z), entry by entry."""
    return 1 / (1 + np.exp(-Z))


def numpy_style(
    X: np.ndarray, Y: np.ndarray, W1: np.ndarray, W2: np.ndarray, steps: int, learning_rate: float
) -> Course:
    """Tier 1: everything by hand. X is (n, d_in), Y (n, d_out), a weight (out, in)."""
    W1, W2, losses = W1.copy(), W2.copy(), []
    for _ in range(steps):
        A = sigmoid(X @ W1.T)
        outputs = A @ W2.T
        difference = outputs - Y
        losses.append(float((difference * difference).sum()))

        grad_outputs = 2 * difference
        grad_W2 = grad_outputs.T @ A
        grad_A = grad_outputs @ W2
        grad_Z = grad_A * A * (1 - A)
        grad_W1 = grad_Z.T @ X

        W1 -= learning_rate * grad_W1
        W2 -= learning_rate * grad_W2
    return losses, W1, W2


def tensor_style(
    X: np.ndarray, Y: np.ndarray, W1: np.ndarray, W2: np.ndarray, steps: int, learning_rate: float
) -> Course:
    """Tier 2: the backward pass is autograd's."""
    import torch

    inputs, targets = torch.from_numpy(X), torch.from_numpy(Y)
    weight_1 = torch.tensor(W1, requires_grad=True)
    weight_2 = torch.tensor(W2, requires_grad=True)
    losses = []
    for _ in range(steps):
        outputs = torch.sigmoid(inputs @ weight_1.T) @ weight_2.T
        loss = (outputs - targets).square().sum()
        losses.append(loss.item())

        loss.backward()
        with torch.no_grad():  # the update is no part of the loss
            for weight in (weight_1, weight_2):
                assert weight.grad is not None
                weight -= learning_rate * weight.grad
                weight.grad = None  # autograd would add the next step's gradient to it
    return losses, weight_1.detach().numpy(), weight_2.detach().numpy()


def module_style(
    X: np.ndarray, Y: np.ndarray, W1: np.ndarray, W2: np.ndarray, steps: int, learning_rate: float
) -> Course:
    """Tier 3: layers, loss and update are PyTorch's, too."""
    import torch
    from torch import nn

    inputs, targets = torch.from_numpy(X), torch.from_numpy(Y)
    (hidden, d_in), (d_out, _) = W1.shape, W2.shape
    model = nn.Sequential(
        nn.Linear(d_in, hidden, bias=False), nn.Sigmoid(), nn.Linear(hidden, d_out, bias=False)
    ).double()
    model.load_state_dict({"0.weight": torch.from_numpy(W1), "2.weight": torch.from_numpy(W2)})
    loss_function = nn.MSELoss(reduction="sum")
    optimizer = torch.optim.SGD(model.parameters(), learning_rate)
    losses = []
    for _ in range(steps):
        loss = loss_function(model(inputs), targets)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    weight_1, weight_2 = (parameter.detach().numpy() for parameter in model.parameters())
    return losses, weight_1, weight_2


STYLES = {"NumPy": numpy_style, "tensors": tensor_style, "nn.Module": module_style}


def draw_start(options: Options) -> tuple[np.ndarray, ...]:
    """The minibatch X (64, 1000) and Y (64, 10), and the weights (100, 1000) and (10, 100)."""
    generator = np.random.default_rng(options.seed)
    X = generator.standard_normal((EXAMPLES, INPUTS))
    Y = generator.standard_normal((EXAMPLES, OUTPUTS))
    W1 = generator.standard_normal((HIDDEN, INPUTS)) * options.weight_scale
    W2 = generator.standard_normal((OUTPUTS, HIDDEN))
    return X, Y, W1, W2


def output_layer_alone(
    X: np.ndarray, Y: np.ndarray, W1: np.ndarray, W2: np.ndarray, steps: int, learning_rate: float
) -> list[float]:
    """Every step's loss when the first weight stays as it is drawn: linear regression on A."""
    A, W2, losses = sigmoid(X @ W1.T), W2.copy(), []
    for _ in range(steps):
        difference = A @ W2.T - Y
        losses.append(float((difference * difference).sum()))
        W2 -= learning_rate * 2 * difference.T @ A
    return losses


@np.errstate(over="ignore", invalid="ignore")  # e^1000: a sigmoid of 0
def run(options: Options) -> Numbers:
    """Train in the three styles, and the output layer alone.

    Raises:
        DivergenceError: where a loss is not finite.
    """
    X, Y, W1, W2 = draw_start(options)
    start = (X, Y, W1, W2, options.steps, options.learning_rate)
    losses = {}
    for name, train in STYLES.items():
        losses[name], W1_end, W2_end = train(*start)
        check_finite(name, losses[name], options)
    fixed = output_layer_alone(*start)
    check_finite("the output layer alone", fixed, options)

    expected = np.array(losses["NumPy"])
    A, A_end = sigmoid(X @ W1.T), sigmoid(X @ W1_end.T)
    return {
        "losses": losses,
        "output_layer_alone": fixed,
        "differences": {
            name: (abs(np.array(course) - expected) / expected).tolist()
            for name, course in losses.items()
            if name != "NumPy"
        },
        "moved": {"W1": moved(W1, W1_end), "W2": moved(W2, W2_end)},
        "saturated": {"start": saturated(A), "end": saturated(A_end)},
        "hidden_outputs": {"start": shares(A), "end": shares(A_end)},
        # Of each hidden unit: the mean of its derivative at the start, and how far its row moved.
        "derivatives": (A * (1 - A)).mean(axis=0).tolist(),
        "rows_moved": (np.linalg.norm(W1_end - W1, axis=1) / np.linalg.norm(W1, axis=1)).tolist(),
    }


def check_finite(name: str, losses: list[float], options: Options) -> None:
    """Raise DivergenceError for the first loss that is not finite."""
    finite = np.isfinite(losses)
    if not finite.all():
        raise DivergenceError(
            f"the loss is {losses[finite.argmin()]} at step {finite.argmin() + 1} ({name}); try a"
            f" --learning-rate smaller than {options.learning_rate:g}"
        )


def moved(start: np.ndarray, end: np.ndarray) -> float:
    """The change's norm over the start's."""
    return float(np.linalg.norm(end - start) / np.linalg.norm(start))


def saturated(A: np.ndarray) -> float:
    """The share of hidden outputs near 0 or 1."""
    return float((abs(A - 0.5) > 0.5 - SATURATED).mean())


def shares(A: np.ndarray) -> list[float]:
    """The share of hidden outputs in each fiftieth of [0, 1]."""
    return (np.histogram(A, bins=50, range=(0, 1))[0] / A.size).tolist()


def draw(numbers: Numbers) -> plt.Figure:
    """Losses, their differences, the hidden outputs, and which units moved."""
    figure, panels = plt.subplots(2, 2, figsize=(12, 9), layout="constrained")
    (losses, differences), (outputs, units) = panels
    courses = numbers["losses"] | {"output layer alone": numbers["output_layer_alone"]}
    for index, (name, course) in enumerate(courses.items()):
        # Wider lines below, as all three lie on each other.
        look = style(index) | {"linewidth": (7, 4, 1.5, 1.5)[index], "marker": None}
        steps = np.arange(1, len(course) + 1)
        losses.plot(steps, course, **look, label=name)
    for index, (name, course) in enumerate(numbers["differences"].items(), 1):
        # The largest of each fortieth of the steps.
        block = -(-len(course) // 40)
        largest = [max(course[i : i + block]) for i in range(0, len(course), block)]
        steps = np.arange(1, len(course) + 1, block)
        differences.plot(steps, largest, **style(index), label=name)
    losses.set(title="The same training three times", xlabel="step", xscale="log", yscale="log")
    losses.set_ylabel("sum of squared errors")
    differences.axhline(1e-9, color="black", linewidth=2, label="what the tests allow")
    differences.set(
        title="Loss beside NumPy's",
        xlabel="step",
        ylabel="relative difference (largest of a fortieth of the steps)",
        yscale="log",
    )
    edges = np.linspace(0, 1, 51)
    for index, (when, bars) in enumerate(numbers["hidden_outputs"].items()):
        look = {"color": style(index)["color"], "linestyle": style(index)["linestyle"]}
        label = f"{when}: {numbers['saturated'][when]:.0%} within {SATURATED} of 0 or 1"
        outputs.stairs(bars, edges, **look, linewidth=2, label=label)
    outputs.set(title="Hidden outputs", xlabel="output of a sigmoid", ylabel="share", yscale="log")
    rows, whole = np.array(numbers["rows_moved"]), numbers["moved"]["W1"]
    units.scatter(numbers["derivatives"], 100 * rows, s=20, color=style(0)["color"])
    units.axhline(100 * whole, color="black", linestyle="--", label=f"all of W1: {whole:.1%}")
    units.set(
        title="The 100 rows of W1, one point each",
        xlabel="mean derivative a (1 - a) of the unit at the start",
        ylabel="norm of the row's change over its own (%)",
        ylim=(0, None),
    )
    for panel in panels.flat:
        panel.legend(fontsize=9)
    return figure


def answer(numbers: Numbers) -> str:
    """How far it comes, how little the first weight moves, and how equal the styles are."""
    losses, moves = numbers["losses"]["NumPy"], numbers["moved"]
    largest = max(map(max, numbers["differences"].values()))
    return (
        f"The loss falls from {losses[0]:,.0f} to {losses[-1]:.3g} in {len(losses):,} steps, while"
        f" W1 moves by {moves['W1']:.1%} and W2 by {moves['W2']:.0%};"
        f" {numbers['saturated']['start']:.0%} of the hidden outputs start saturated,"
        f" {numbers['saturated']['end']:.0%} end so. With W1 fixed the loss ends at"
        f" {numbers['output_layer_alone'][-1]:.3g}. The three styles' losses differ by"
        f" a relative {largest:.0e} at most."
    )


if __name__ == "__main__":
    main(Options, run, draw, answer)
