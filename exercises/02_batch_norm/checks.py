"""Judges exercise 02: `BatchNorm1d`.

The first case is small enough to be worked out on paper, and the messages show it. In the second,
the columns have different means and spreads, one is constant, and one varies so little that ε
counts. weight and bias are never 1 and 0 where something is computed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checker.adapters import Tier, unchanged
from exercises.checker.catalogue import Metadata
from exercises.checker.checking import Checks, Failed, described, expect_close

METADATA = Metadata(
    level="intermediate",
    minutes=75,
    after=("11",),
    teaches="minibatch statistics and running ones; a gradient with three paths",
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
    experiment="numpy/train_numpy.py --dataset digits --batch-norm",
    playground="dataset=spiral&hidden=16,16,16&batch_norm=true",
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
    values = {
        "weight": generator.uniform(0.5, 2, D),
        "bias": generator.normal(size=D),
        "running_mean": generator.normal(size=D),
        "running_var": generator.uniform(0.5, 2, D),
    }
    values["running_var"][0] = 1e-4  # so that it shows where epsilon is added
    return values


@dataclass(frozen=True)
class Case:
    """A minibatch, the gradient of its output, a layer's state, and whether messages show them."""

    X: np.ndarray
    G: np.ndarray
    state: dict[str, np.ndarray]
    on_paper: bool = False

    def forward(self) -> str:
        return f"forward({self.X.astype(int).tolist()})" if self.on_paper else "forward(X)"

    def backward(self) -> str:
        values = self.G.astype(int).tolist()
        return f"backward({values})" if self.on_paper else "backward(grad_Y)"

    def given(self, *names: str) -> str:
        """What the call has to say besides: the state, or the shape of what is not shown."""
        if not self.on_paper:
            return f", X {self.X.shape}"
        return "".join(f", {name} {self.state[name].astype(int).tolist()}" for name in names)


# Means 5 and 7, standard deviations 1 and 3.
PAPER = Case(
    np.array([[4.0, 2.0], [4.0, 8.0], [6.0, 8.0], [6.0, 10.0]]),
    np.array([[2.0, -3.0], [0.0, 4.0], [4.0, 2.0], [6.0, 5.0]]),
    {
        "weight": np.array([2.0, 6.0]),
        "bias": np.array([1.0, -1.0]),
        "running_mean": np.array([3.0, 4.0]),
        "running_var": np.array([4.0, 9.0]),
    },
    on_paper=True,
)


def cases(seed: int) -> list[Case]:
    return [PAPER, Case(inputs(seed), inputs(seed + 1), state(seed))]


def layer_of(answer: ModuleType, tier: Tier, case: Case, training: bool = True) -> Any:
    """A layer whose parameters and statistics have been written to."""
    layer = answer.BatchNorm1d(case.X.shape[1])
    tier.set_training(layer, training)
    for name, values in case.state.items():
        tier.set_parameter(layer, name, values)
    return layer


def make(answer: ModuleType, tier: Tier, seed: int, training: bool = True) -> Any:
    return layer_of(answer, tier, cases(seed)[1], training)


def read(tier: Tier, layer: Any, name: str) -> np.ndarray:
    return tier.numbers(f"layer.{name}", getattr(layer, name, None))


def run(tier: Tier, layer: Any, X: np.ndarray) -> np.ndarray:
    return tier.numbers("forward(X)", tier.forward(layer, tier.array(X)))


def expect_columns(call: str, got: np.ndarray, expected: np.ndarray, what: str) -> None:
    """As `expect_close`, with the whole of the first column that is wrong."""
    try:
        expect_close(call, got, expected, TOLERANCE, what=f"{what}: ")
    except Failed:
        if got.shape != expected.shape:
            raise
        limit = TOLERANCE * max(1.0, np.abs(expected).max())
        wrong = ~(np.abs(got - expected) <= limit)
        j = int(wrong.any(axis=0).argmax())
        digits = 4 if np.abs(got - expected)[:, j].max() > 1e-3 * limit / TOLERANCE else 7
        columns = (", ".join(f"{value:.{digits}g}" for value in Y[:, j]) for Y in (expected, got))
        raise Failed(call, *(f"column {j} of {what} = [{column}]" for column in columns)) from None


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
    for case in cases(seed):
        call = f"{case.forward()} in training{case.given('weight', 'bias')}"
        expected = case.state["weight"] * normalized(case.X) + case.state["bias"]
        expect_columns(call, run(tier, layer_of(answer, tier, case), case.X), expected, "Y")


@CHECKS.add("values")
def output_in_evaluation(answer: ModuleType, tier: Tier, seed: int) -> None:
    for case in cases(seed):
        kept = case.state
        if case.on_paper:  # two rows, so that the line has room for the whole state
            case = replace(case, X=case.X[::3])
        call = f"{case.forward()} in evaluation{case.given(*reversed(STATE))}"
        deviation = np.sqrt(kept["running_var"] + EPSILON)
        expected = kept["weight"] * (case.X - kept["running_mean"]) / deviation + kept["bias"]
        layer = layer_of(answer, tier, case, training=False)
        expect_columns(call, run(tier, layer, case.X), expected, "Y")


@CHECKS.add("properties")
def one_row_in_evaluation(answer: ModuleType, tier: Tier, seed: int) -> None:
    X = inputs(seed)
    alone, among = (make(answer, tier, seed, training=False) for _ in range(2))
    call = "forward(X) in evaluation, one row against the same row among others"
    expect_close(call, run(tier, alone, X[:1]), run(tier, among, X)[:1], TOLERANCE)


@CHECKS.add("gradients")
def gradient_of_the_input(answer: ModuleType, tier: Tier, seed: int) -> None:
    for case in cases(seed):
        X, G = case.X.copy(), case.G
        if not case.on_paper:  # of a constant column the gradient is all but lost in rounding
            X[:, 3] = X[:, 0] ** 2
        N_ = normalized(X)
        _, grad_X = tier.backward(layer_of(answer, tier, case), tier.array(X), tier.array(G))
        call = f"{case.forward()}, {case.backward()}{case.given('weight')}"
        inner = G - G.mean(axis=0) - N_ * (G * N_).mean(axis=0)
        expected = case.state["weight"] * inner / np.sqrt(X.var(axis=0) + EPSILON)
        expect_columns(call, tier.numbers(call, grad_X), expected, "grad_X")


@CHECKS.add("gradients")
def gradients_of_the_parameters(answer: ModuleType, tier: Tier, seed: int) -> None:
    for case in cases(seed):
        layer, X, G = layer_of(answer, tier, case), case.X, case.G
        tier.backward(layer, tier.array(X), tier.array(G))
        if tier.name == "numpy":  # the gradients of one pass, not of all so far, as autograd's are
            tier.backward(layer, tier.array(X), tier.array(G))
        expected = {"weight": (G * normalized(X)).sum(axis=0), "bias": G.sum(axis=0)}
        for name, gradient in expected.items():
            call = f"{case.forward()}, {case.backward()}{case.given()}"
            got = tier.numbers(call, tier.parameter_gradient(layer, name))
            expect_close(call, got, gradient, TOLERANCE, what=f"gradient of {name}: ")


def minibatches(case: Case) -> list[np.ndarray]:
    """One on paper, two otherwise."""
    return [case.X] if case.on_paper else [case.X, case.G]


def moved(start: np.ndarray, towards: list[np.ndarray]) -> np.ndarray:
    for value in towards:
        start = (1 - MOMENTUM) * start + MOMENTUM * value
    return start


def kept_of(tier: Tier, layer: Any, case: Case, name: str) -> tuple[str, np.ndarray]:
    """A running statistic after the minibatches in training, and the calls."""
    for X in minibatches(case):
        run(tier, layer, X)
    calls = f"{case.forward()} in training" if case.on_paper else "two minibatches in training"
    before = f", {name} {case.state[name].astype(int).tolist()} before" if case.on_paper else ""
    return f"{name} after {calls}{before}", read(tier, layer, name)


@CHECKS.add("behaviour in training")
def running_mean(answer: ModuleType, tier: Tier, seed: int) -> None:
    for case in cases(seed):
        means = [X.mean(axis=0) for X in minibatches(case)]
        expected = moved(case.state["running_mean"], means)
        call, got = kept_of(tier, layer_of(answer, tier, case), case, "running_mean")
        expect_close(call, got, expected, TOLERANCE)


@CHECKS.add("behaviour in training")
def running_variance(answer: ModuleType, tier: Tier, seed: int) -> None:
    for case in cases(seed):
        variances = [X.var(axis=0, ddof=1) for X in minibatches(case)]
        expected = moved(case.state["running_var"], variances)
        call, got = kept_of(tier, layer_of(answer, tier, case), case, "running_var")
        expect_close(call, got, expected, TOLERANCE)


@CHECKS.add("behaviour in training")
def evaluation_remembers_nothing(answer: ModuleType, tier: Tier, seed: int) -> None:
    layer = make(answer, tier, seed, training=False)
    run(tier, layer, inputs(seed))
    for name in ("running_mean", "running_var"):
        call = f"{name} after forward(X) in evaluation"
        expect_close(call, read(tier, layer, name), state(seed)[name], TOLERANCE)


@CHECKS.add("behaviour in training")
def statistics_carry_no_gradient(answer: ModuleType, tier: Tier, seed: int) -> None:
    if tier.name == "numpy":
        return
    layer = make(answer, tier, seed)
    tier.forward(layer, tier.array(inputs(seed)).requires_grad_())
    for name in ("running_mean", "running_var"):
        if getattr(layer, name).requires_grad:
            call = f"{name}.requires_grad after forward(X) in training, X.requires_grad = True"
            wanted = "False: otherwise every minibatch so far stays in memory"
            raise Failed(call, wanted, "True")


def probes(answer: ModuleType, tier: Tier, seed: int) -> list[Callable[[], Any]]:
    """Outputs, gradients and running statistics, rounded as float32 keeps them."""
    X, G = inputs(seed), inputs(seed + 1)
    X[:, 3] = X[:, 0] ** 2

    def rounded(array: np.ndarray) -> list[Any]:
        return [list(array.shape), *(float(f"{value:.4g}") for value in array.ravel())]

    def backward() -> tuple[Any, Any]:
        layer = make(answer, tier, seed)
        passes = 2 if tier.name == "numpy" else 1
        for _ in range(passes):
            _, grad_X = tier.backward(layer, tier.array(X), tier.array(G))
        return layer, grad_X

    def gradient(name: str) -> Callable[[], Any]:
        return lambda: rounded(tier.numbers("", tier.parameter_gradient(backward()[0], name)))

    def kept(name: str, training: bool, passes: int) -> Callable[[], Any]:
        def seen() -> Any:
            layer = make(answer, tier, seed, training)
            for handed in (X, G)[:passes]:
                run(tier, layer, handed)
            return rounded(read(tier, layer, name))

        return seen

    def graphs() -> str:
        if tier.name == "numpy":
            return "none"
        layer = make(answer, tier, seed)
        tier.forward(layer, tier.array(X).requires_grad_())
        return str([getattr(layer, name).requires_grad for name in ("running_mean", "running_var")])

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
        lambda: rounded(tier.numbers("", backward()[1])),
        *(gradient(name) for name in ("weight", "bias")),
        *(changes, constant, graphs),
        *(
            kept(name, training, passes)
            for name in ("running_mean", "running_var")
            for training, passes in ((True, 1), (True, 2), (False, 1))
        ),
    ]


TRIED = {"batch_norm": True}


def in_network(answer: ModuleType, layers: list[Any]) -> list[Any]:
    """The layers of a network, with the answer's batch normalization in place of the tier's own."""
    return [
        answer.BatchNorm1d(len(layer.weight)) if type(layer).__name__ == "BatchNorm1d" else layer
        for layer in layers
    ]
