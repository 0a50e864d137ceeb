"""Judges exercise 03: `TwoLayerNetwork` on the four points of XOR.

Outputs and gradients are compared at parameters that the checks write; how the first ones are
drawn, and how `train` gets where it gets, is the reader's. Losses are computed here from the
parameters, so that a wrong `forward` fails by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from types import ModuleType
from typing import Any

import numpy as np

from exercises.adapters import Tier, adapter
from exercises.catalogue import About
from exercises.checking import Checks, Failed, described, expect_close, expect_shape

ABOUT = About(
    level="basic",
    minutes=60,
    teaches="why a hidden layer is needed; a whole training, from first weights to last step",
    names=("TwoLayerNetwork",),
    refused=(),
    shown={
        "numpy": (("numpy/mlp_numpy.py", "MLP.backward"),),
        "lowlevel": (("pytorch_lowlevel/mlp_lowlevel.py", "MLP.forward"),),
        "paper": (("paper/mlp_paper.py", "MLP.forward"),),
    },
    questions=(
        "What is the best loss that the network can reach without tanh, and why?",
        "How few hidden units are enough, and does every seed get there with so few?",
    ),
    experiment="python numpy/train_numpy.py --dataset xor --hidden 8 --epochs 200",
)
CHECKS = Checks()
X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([0.0, 1.0, 1.0, 0.0])
# With a fifth point, so that n is none of the other sizes, and not always 4.
MORE_X = np.vstack([X, [0.5, -1.0]])
MORE_Y = np.append(Y, 1.0)
HIDDEN = 3
TRAINED = 8
TOLERANCE = 1e-4
H = 1e-5
LOSS = 0.1
NAMES = ("W1", "b1", "W2", "b2")
IN_TIER_3 = {"W1": "first.weight", "b1": "first.bias", "W2": "second.weight", "b2": "second.bias"}


def arrays(tier: Tier, X: np.ndarray = MORE_X, y: np.ndarray = MORE_Y) -> tuple[Any, Any]:
    dtype = "float64" if tier.name == "numpy" else "float32"
    return tier.array(X, dtype), tier.array(y, dtype)


def path_of(tier: Tier, name: str) -> str:
    return IN_TIER_3[name] if tier.name == "paper" else name


def read(tier: Tier, network: Any) -> dict[str, np.ndarray]:
    """Copies of the parameters."""
    found = {}
    for name in NAMES:
        path = path_of(tier, name)
        try:
            value = attrgetter(path)(network)
        except AttributeError:
            raise Failed(f"TwoLayerNetwork(...).{path}", "a parameter", "no attribute") from None
        found[name] = tier.numbers(f"TwoLayerNetwork(...).{path}", value).copy()
    return found


def shapes(hidden: int) -> dict[str, tuple[int, ...]]:
    return {"W1": (hidden, 2), "b1": (hidden,), "W2": (1, hidden), "b2": (1,)}


def parameters(seed: int) -> dict[str, np.ndarray]:
    generator = np.random.default_rng((4, seed))
    return {name: generator.normal(size=shape) for name, shape in shapes(HIDDEN).items()}


def make(answer: ModuleType, tier: Tier, seed: int) -> Any:
    """A network whose parameters have been written to."""
    network = answer.TwoLayerNetwork(HIDDEN, 0)
    for name, values in parameters(seed).items():
        owner, _, leaf = path_of(tier, name).rpartition(".")
        tier.set_parameter(attrgetter(owner)(network) if owner else network, leaf, values)
    return network


def true_outputs(p: dict[str, np.ndarray], X: np.ndarray = MORE_X) -> np.ndarray:
    z = np.tanh(X @ p["W1"].T + p["b1"]) @ p["W2"].T + p["b2"]
    return 1 / (1 + np.exp(-z[:, 0]))


def loss_of(p: np.ndarray, y: np.ndarray = MORE_Y) -> float:
    return float(-np.log(np.where(y == 1, p, 1 - p)).mean())


def true_gradients(seed: int) -> dict[str, np.ndarray]:
    """By centred differences of the loss in every parameter."""
    p = parameters(seed)
    gradients = {name: np.zeros_like(array) for name, array in p.items()}
    for name, array in p.items():
        for place in np.ndindex(array.shape):
            before = array[place]
            array[place] = before + H
            above = loss_of(true_outputs(p))
            array[place] = before - H
            gradients[name][place] = (above - loss_of(true_outputs(p))) / (2 * H)
            array[place] = before
    return gradients


@dataclass(frozen=True)
class Training:
    """A network trained on the four points: its parameters, and what `train` returned."""

    before: dict[str, np.ndarray]
    after: dict[str, np.ndarray]
    returned: Any

    def outputs(self, which: str) -> np.ndarray:
        return true_outputs(getattr(self, which), X)

    def loss(self, which: str, y: np.ndarray = Y) -> float:
        return loss_of(self.outputs(which), y)


@cache
def trained(
    answer: ModuleType, tier_name: str, seed: int, y: tuple[float, ...] = tuple(Y)
) -> Training:
    """Kept, since all that is judged of a training can be seen in the same one."""
    tier = adapter(tier_name)
    network = answer.TwoLayerNetwork(TRAINED, seed)
    before = read(tier, network)
    returned = network.train(*arrays(tier, X, np.array(y)))
    return Training(before, read(tier, network), returned)


@CHECKS.add("shapes and dtype")
def shapes_of_the_parameters(answer: ModuleType, tier: Tier, seed: int) -> None:
    found = read(tier, answer.TwoLayerNetwork(HIDDEN, seed))
    for name, shape in shapes(HIDDEN).items():
        expect_shape(f"TwoLayerNetwork({HIDDEN}, {seed}).{path_of(tier, name)}", found[name], shape)


@CHECKS.add("shapes and dtype")
def shape_of_the_output(answer: ModuleType, tier: Tier, seed: int) -> None:
    network = make(answer, tier, seed)
    expect_shape(f"forward(X), X {MORE_X.shape}", network.forward(arrays(tier)[0]), MORE_Y.shape)


@CHECKS.add("values")
def output(answer: ModuleType, tier: Tier, seed: int) -> None:
    call = f"forward(X), X {MORE_X.shape}, with given parameters"
    got = tier.numbers(call, make(answer, tier, seed).forward(arrays(tier)[0])).reshape(-1)
    expect_close(call, got, true_outputs(parameters(seed)), TOLERANCE, what="p = ")


@CHECKS.add("properties")
def same_seed_same_weights(answer: ModuleType, tier: Tier, seed: int) -> None:
    one, two = (read(tier, answer.TwoLayerNetwork(TRAINED, seed + 5)) for _ in range(2))
    for name in NAMES:
        if not np.array_equal(one[name], two[name]):
            call = f"TwoLayerNetwork({TRAINED}, {seed + 5}) twice"
            raise Failed(call, "the same weights", f"{name} differs")


@CHECKS.add("properties")
def other_seed_other_weights(answer: ModuleType, tier: Tier, seed: int) -> None:
    one, two = (read(tier, answer.TwoLayerNetwork(TRAINED, seed + other)) for other in (5, 6))
    if all(np.array_equal(one[name], two[name]) for name in NAMES):
        call = f"TwoLayerNetwork({TRAINED}, seed) with the seeds {seed + 5} and {seed + 6}"
        raise Failed(call, "different weights", "the same weights")


CALL = f"gradients(X, y), X {MORE_X.shape}, with given parameters"


def gradients_of(tier: Tier, network: Any) -> dict[str, np.ndarray]:
    returned = network.gradients(*arrays(tier))
    if not isinstance(returned, dict) or returned.keys() != set(NAMES):
        keys = isinstance(returned, dict) and f"the keys {', '.join(map(str, returned))}"
        raise Failed(CALL, "a dictionary with the keys W1, b1, W2, b2", keys or described(returned))
    return {name: tier.numbers(f"{name} of {CALL}", returned[name]).copy() for name in NAMES}


@CHECKS.add("gradients")
def gradients(answer: ModuleType, tier: Tier, seed: int) -> None:
    found = gradients_of(tier, make(answer, tier, seed))
    for name, expected in reversed(true_gradients(seed).items()):
        expect_close(CALL, found[name], expected, TOLERANCE, what=f"{name}: ")


@CHECKS.add("gradients")
def gradients_change_nothing(answer: ModuleType, tier: Tier, seed: int) -> None:
    network = make(answer, tier, seed)
    network.gradients(*arrays(tier))
    for name, after in read(tier, network).items():
        call = f"the parameters after gradients(X, y): {name}"
        expect_close(call, after.reshape(-1), parameters(seed)[name].reshape(-1), TOLERANCE)


@CHECKS.add("gradients")
def gradients_again(answer: ModuleType, tier: Tier, seed: int) -> None:
    network = make(answer, tier, seed)
    first, second = (gradients_of(tier, network) for _ in range(2))
    for name in NAMES:
        # By half at least, since a step moves the gradients less: that is judged elsewhere.
        if np.abs(second[name] - first[name]).max() > np.abs(first[name]).max() / 2:
            call = "gradients(X, y) a second time"
            raise Failed(call, "the same as the first time", f"another {name}")


@CHECKS.add("behaviour in training")
def training_solves_it(answer: ModuleType, tier: Tier, seed: int) -> None:
    for own in range(seed, seed + 3):
        training = trained(answer, tier.name, own)
        loss = training.loss("after")
        if not loss < LOSS:
            call = f"TwoLayerNetwork({TRAINED}, {own}).train(X, y)"
            shown = ", ".join(f"{value:.2f}" for value in training.outputs("after"))
            raise Failed(call, f"a loss below {LOSS}, p near 0, 1, 1, 0", f"{loss:.3g}, p {shown}")


@CHECKS.add("behaviour in training")
def losses_returned(answer: ModuleType, tier: Tier, seed: int) -> None:
    training = trained(answer, tier.name, seed)
    losses = training.returned
    call = f"TwoLayerNetwork({TRAINED}, {seed}).train(X, y)"
    if not isinstance(losses, list | tuple | np.ndarray) or len(losses) < 2:
        raise Failed(call, "the list of losses", described(losses))
    first = np.array(float(losses[0]))
    expect_close(f"the first of {call}", first, training.loss("before"), 1e-3, what="loss ")


def probes(answer: ModuleType, tier: Tier, seed: int) -> list[Callable[[], Any]]:
    """Outputs and gradients to three digits, and what can be said of the rest without numbers."""

    def rounded(array: np.ndarray) -> list[Any]:
        return [list(array.shape), *(float(f"{value:.3g}") for value in array.ravel())]

    def forward() -> Any:
        return rounded(tier.numbers("", make(answer, tier, seed).forward(arrays(tier)[0])))

    def gradient(name: str) -> Callable[[], Any]:
        return lambda: rounded(gradients_of(tier, make(answer, tier, seed))[name])

    def again() -> Any:
        network = make(answer, tier, seed)
        first, second = (gradients_of(tier, network) for _ in range(2))
        changed = [
            not np.allclose(after.reshape(-1), parameters(seed)[name].reshape(-1), atol=1e-5)
            for name, after in read(tier, network).items()
        ]
        ratios = [np.abs(second[name]).sum() / np.abs(first[name]).sum() for name in NAMES]
        return [any(changed), not any(changed) and any(abs(ratio - 1) > 0.01 for ratio in ratios)]

    def first_shapes() -> Any:
        found = read(tier, answer.TwoLayerNetwork(HIDDEN, seed))
        return [list(array.shape) for array in found.values()]

    def drawn(*seeds: int) -> Callable[[], Any]:
        def equal() -> bool:
            one, two = (read(tier, answer.TwoLayerNetwork(TRAINED, own)) for own in seeds)
            return all(np.array_equal(one[name], two[name]) for name in NAMES)

        return equal

    def alike() -> Any:
        first = trained(answer, tier.name, seed).before
        return str([float(np.ptp(first["W1"], axis=0).max()) < 1e-9, not first["W1"].any()])

    def passes(*checks: Callable[[ModuleType, Tier, int], None]) -> bool:
        try:
            for check in checks:
                check(answer, tier, seed)
        except Exception:
            return False
        return True

    # Of a training with wrong outputs or gradients nothing is said: it may end anyhow.
    def moved() -> Any:
        if not passes(output, gradients):
            return str([False] * len(NAMES))
        training = trained(answer, tier.name, seed)
        return str([np.array_equal(training.before[n], training.after[n]) for n in NAMES])

    def ending() -> str:
        return ending_of(answer, tier, seed) if passes(output, gradients) else "solved"

    def told() -> Any:
        return told_by(trained(answer, tier.name, seed)) if passes(output) else "right"

    return [
        *(forward, *(gradient(name) for name in NAMES)),
        *(again, first_shapes, drawn(1, 1), drawn(1, 2), alike, moved, ending, told),
    ]


def ending_of(answer: ModuleType, tier: Tier, seed: int) -> str:
    """How a training ended, in a word."""
    training = trained(answer, tier.name, seed)
    before, after = training.loss("before"), training.loss("after")
    if after < LOSS:
        return "solved"
    if not after < 1.5 * before:
        # Without ones to be told from zeros every descent gets somewhere.
        easy = trained(answer, tier.name, seed, (0.0,) * len(Y))
        if not easy.loss("after", np.zeros(len(Y))) < easy.loss("before", np.zeros(len(Y))):
            return "uphill"
        return "one label" if np.ptp(training.outputs("after")) < 0.1 else "overshot"
    if np.abs(training.before["W1"]).max() < 0.05:
        return "small weights"
    p = {name: array.reshape(shapes(TRAINED)[name]) for name, array in training.after.items()}
    for _ in range(500):  # whether plain descent from there would get on
        A = np.tanh(X @ p["W1"].T + p["b1"])
        grad_z = (true_outputs(p, X) - Y)[:, None] / len(X)
        grad_Z1 = grad_z @ p["W2"] * (1 - A**2)
        steps = (grad_Z1.T @ X, grad_Z1.sum(axis=0), grad_z.T @ A, grad_z.sum(axis=0))
        p = {name: p[name] - step for name, step in zip(NAMES, steps, strict=True)}
    return "too early" if loss_of(true_outputs(p, X), Y) < LOSS else "stuck"


def told_by(training: Training) -> str:
    """What the first of the returned losses is."""
    if training.returned is None:
        return "nothing"
    told = np.asarray(training.returned, np.float64)
    if told.ndim == 0 or told.size < 2 or not np.isfinite(told.flat[0]):
        return f"no losses, of shape {told.shape}"
    squared = float(((training.outputs("before") - Y) ** 2).mean())
    first, last = training.loss("before"), training.loss("after")
    means = {"right": first, "sum": 4 * first, "negative": -first, "base 2": first / np.log(2)}
    means |= {"squared": squared, "half squared": squared / 2, "summed squares": 4 * squared}
    for word, value in means.items():
        if np.isclose(told.flat[0], value, rtol=1e-3):
            return word
    return "after the step" if np.isclose(told.flat[-1], last, rtol=1e-3) else "another"
