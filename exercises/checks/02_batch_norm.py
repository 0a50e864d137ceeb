"""Judges exercise 02: `BatchNorm1d`.

The columns have different means and spreads, one is constant, and one varies so little that ε
counts; weight and bias are never 1 and 0 where something is computed.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from exercises.adapters import Tier, unchanged
from exercises.catalogue import About
from exercises.checking import Checks, Failed, described, expect_close

ABOUT = About(
    level="intermediate",
    minutes=75,
    teaches="statistics of a minibatch against running ones; a gradient that takes three ways",
    names=("BatchNorm1d",),
    refused=(
        *("nn.BatchNorm1d", "nn.LazyBatchNorm1d", "nn.SyncBatchNorm", "F.batch_norm"),
        *("nn.functional.batch_norm", "batch_norm", "native_batch_norm"),
    ),
    shown={
        "numpy": (("numpy/layers_numpy.py", "BatchNorm1d"),),
        "lowlevel": (("pytorch_lowlevel/layers_lowlevel.py", "BatchNorm1d"),),
        "paper": (("paper/mlp_paper.py", "MLP.__init__"),),
    },
    questions=(
        "Why does a linear layer right before batch normalization need no bias?",
        "What would the network learn in training that is wrong in evaluation, if minibatches were"
        " sorted by class?",
    ),
    experiment="python numpy/train_numpy.py --dataset digits --batch-norm",
)
CHECKS = Checks()
N = 6
MEANS = np.array([3.0, -1.0, 0.5, 2.0])
SPREADS = np.array([2.0, 0.5, 0.003, 0.0])
D = len(MEANS)
EPSILON, MOMENTUM = 1e-5, 0.1
TOLERANCE = 1e-5
STATE = {"weight": 1.0, "bias": 0.0, "running_mean": 0.0, "running_var": 1.0}


def inputs(seed: int) -> np.ndarray:
    return np.random.default_rng((2, seed)).normal(size=(N, D)) * SPREADS + MEANS


def state(seed: int) -> dict[str, np.ndarray]:
    """Values for the parameters and the running statistics."""
    generator = np.random.default_rng((3, seed))
    return {
        "weight": generator.uniform(0.5, 2, D),
        "bias": generator.normal(size=D),
        "running_mean": generator.normal(size=D),
        "running_var": generator.uniform(0.5, 2, D),
    }


def make(answer: ModuleType, tier: Tier, seed: int, training: bool = True) -> Any:
    """A layer whose parameters and statistics have been written to."""
    layer = answer.BatchNorm1d(D)
    tier.set_training(layer, training)
    for name, values in state(seed).items():
        tier.set_parameter(layer, name, values)
    return layer


def read(tier: Tier, layer: Any, name: str) -> np.ndarray:
    return tier.numbers(f"layer.{name}", getattr(layer, name, None))


def run(tier: Tier, layer: Any, X: np.ndarray) -> np.ndarray:
    return tier.numbers("forward(X)", tier.forward(layer, tier.array(X)))


def normalized(X: np.ndarray) -> np.ndarray:
    return (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + EPSILON)


@CHECKS.add("signature")
def begins_as_told(answer: ModuleType, tier: Tier, seed: int) -> None:
    layer = answer.BatchNorm1d(D)
    call = f"BatchNorm1d({D})"
    for name, value in STATE.items():
        got = tier.numbers(f"{call}.{name}", getattr(layer, name, None))
        expect_close(f"{call}.{name}", got, np.full(D, value))
    if getattr(layer, "training", None) is not True:
        raise Failed(f"{call}.training", "True", described(getattr(layer, "training", None)))


@CHECKS.add("input unchanged")
def input_unchanged(answer: ModuleType, tier: Tier, seed: int) -> None:
    layer = make(answer, tier, seed)
    X, G = tier.array(inputs(seed)), tier.array(inputs(seed + 1))
    tier.forward(layer, X)
    unchanged(tier, "forward(X)", X, inputs(seed), "X")
    tier.backward(layer, X, G)
    unchanged(tier, "backward(grad_Y)", G, inputs(seed + 1), "grad_Y")


@CHECKS.add("values")
def output_in_training(answer: ModuleType, tier: Tier, seed: int) -> None:
    X, kept = inputs(seed), state(seed)
    call = f"forward(X) in training, X {X.shape}"
    expected = kept["weight"] * normalized(X) + kept["bias"]
    expect_close(call, run(tier, make(answer, tier, seed), X), expected, TOLERANCE)


@CHECKS.add("values")
def output_in_evaluation(answer: ModuleType, tier: Tier, seed: int) -> None:
    X, kept = inputs(seed), state(seed)
    call = f"forward(X) in evaluation, X {X.shape}, with given running statistics"
    deviation = np.sqrt(kept["running_var"] + EPSILON)
    expected = kept["weight"] * (X - kept["running_mean"]) / deviation + kept["bias"]
    layer = make(answer, tier, seed, training=False)
    expect_close(call, run(tier, layer, X), expected, TOLERANCE)


@CHECKS.add("properties")
def one_row_in_evaluation(answer: ModuleType, tier: Tier, seed: int) -> None:
    X = inputs(seed)
    alone, among = (make(answer, tier, seed, training=False) for _ in range(2))
    call = "forward(X) in evaluation, one row against the same row among others"
    expect_close(call, run(tier, alone, X[:1]), run(tier, among, X)[:1], TOLERANCE)


@CHECKS.add("gradients")
def gradient_of_the_input(answer: ModuleType, tier: Tier, seed: int) -> None:
    X, G = inputs(seed), inputs(seed + 1)
    X[:, 3] = X[:, 0] ** 2  # of a constant column the gradient is all but lost in rounding
    weight, N_ = state(seed)["weight"], normalized(X)
    _, grad_X = tier.backward(make(answer, tier, seed), tier.array(X), tier.array(G))
    call = f"forward(X), then backward(grad_Y), X {X.shape}"
    inner = G - G.mean(axis=0) - N_ * (G * N_).mean(axis=0)
    expected = weight * inner / np.sqrt(X.var(axis=0) + EPSILON)
    expect_close(call, tier.numbers(call, grad_X), expected, TOLERANCE, what="grad_X: ")


@CHECKS.add("gradients")
def gradients_of_the_parameters(answer: ModuleType, tier: Tier, seed: int) -> None:
    X, G = inputs(seed), inputs(seed + 1)
    layer = make(answer, tier, seed)
    tier.backward(layer, tier.array(X), tier.array(G))
    if tier.name == "numpy":  # the gradients of one pass, not of all so far, as autograd's are
        tier.backward(layer, tier.array(X), tier.array(G))
    expected = {"weight": (G * normalized(X)).sum(axis=0), "bias": G.sum(axis=0)}
    for name, gradient in expected.items():
        call = f"gradient of {name} after forward(X) and backward(grad_Y)"
        got = tier.numbers(call, tier.parameter_gradient(layer, name))
        expect_close(call, got, gradient, TOLERANCE)


def after_two(answer: ModuleType, tier: Tier, seed: int) -> Any:
    """A layer that has seen two minibatches in training."""
    layer = make(answer, tier, seed)
    for step in (0, 1):
        run(tier, layer, inputs(seed + step))
    return layer


def moved(start: np.ndarray, towards: list[np.ndarray]) -> np.ndarray:
    for value in towards:
        start = (1 - MOMENTUM) * start + MOMENTUM * value
    return start


@CHECKS.add("behaviour in training")
def running_mean(answer: ModuleType, tier: Tier, seed: int) -> None:
    means = [inputs(seed + step).mean(axis=0) for step in (0, 1)]
    expected = moved(state(seed)["running_mean"], means)
    got = read(tier, after_two(answer, tier, seed), "running_mean")
    expect_close("running_mean after two minibatches in training", got, expected, TOLERANCE)


@CHECKS.add("behaviour in training")
def running_variance(answer: ModuleType, tier: Tier, seed: int) -> None:
    variances = [inputs(seed + step).var(axis=0, ddof=1) for step in (0, 1)]
    expected = moved(state(seed)["running_var"], variances)
    got = read(tier, after_two(answer, tier, seed), "running_var")
    expect_close("running_var after two minibatches in training", got, expected, TOLERANCE)


@CHECKS.add("behaviour in training")
def evaluation_remembers_nothing(answer: ModuleType, tier: Tier, seed: int) -> None:
    layer = make(answer, tier, seed, training=False)
    run(tier, layer, inputs(seed))
    for name in ("running_mean", "running_var"):
        call = f"{name} after forward(X) in evaluation"
        expect_close(call, read(tier, layer, name), state(seed)[name], TOLERANCE)


def probes(answer: ModuleType, tier: Tier, seed: int) -> list[Callable[[], Any]]:
    """Outputs, gradients and running statistics, rounded as float32 keeps them."""
    X, G = inputs(seed), inputs(seed + 1)
    X[:, 3] = X[:, 0] ** 2

    def rounded(array: np.ndarray) -> list[Any]:
        return [list(array.shape), *(float(f"{value:.4g}") for value in array.ravel())]

    def gradients() -> Any:
        layer = make(answer, tier, seed)
        passes = 2 if tier.name == "numpy" else 1
        for _ in range(passes):
            _, grad_X = tier.backward(layer, tier.array(X), tier.array(G))
        found = [grad_X, *(tier.parameter_gradient(layer, name) for name in ("weight", "bias"))]
        return [rounded(tier.numbers("", part)) for part in found]

    def kept(training: bool) -> Any:
        layer = make(answer, tier, seed, training)
        run(tier, layer, X)
        return [rounded(read(tier, layer, name)) for name in ("running_mean", "running_var")]

    def changes() -> bool:
        handed = tier.array(X)
        tier.forward(make(answer, tier, seed), handed)
        return not np.array_equal(tier.numbers("", handed), X)

    def constant() -> Any:
        return rounded(run(tier, make(answer, tier, seed), inputs(seed)))

    return [
        lambda: [read(tier, answer.BatchNorm1d(D), name).tolist() for name in STATE],
        lambda: str(getattr(answer.BatchNorm1d(D), "training", None)),
        lambda: rounded(run(tier, make(answer, tier, seed), X)),
        lambda: rounded(run(tier, make(answer, tier, seed, training=False), X)),
        lambda: rounded(run(tier, make(answer, tier, seed, training=False), X[:1])),
        *(gradients, changes, constant),
        lambda: kept(True),
        lambda: kept(False),
    ]


TRIED = {"batch_norm": True}


def in_network(answer: ModuleType, layers: list[Any]) -> list[Any]:
    """The layers of a network, with the answer's batch normalization in place of the tier's own."""
    return [
        answer.BatchNorm1d(len(layer.weight)) if type(layer).__name__ == "BatchNorm1d" else layer
        for layer in layers
    ]
