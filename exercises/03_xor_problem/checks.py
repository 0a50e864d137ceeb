"""Judges exercise 03: `TwoLayerNetwork` on the four points of XOR.

Outputs and gradients are compared at parameters that the checks write; how the first ones are
drawn, and how `train` gets where it gets, is the reader's. Losses are computed here from the
parameters, so that a wrong `forward` fails by itself.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from operator import attrgetter
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checker.adapters import Tier, adapter
from exercises.checker.catalogue import Metadata
from exercises.checker.checking import (
    Checks,
    Failed,
    described,
    expect_close,
    expect_shape,
    time_limit,
)

from .xor_network import (
    HIDDEN,
    LOSS,
    MORE_X,
    MORE_Y,
    NAMES,
    Training,
    X,
    Y,
    descent_gets_on,
    describe_first_loss,
    given,
    listed,
    parameters,
    shapes,
    true_gradients,
    true_outputs,
)

METADATA = Metadata(
    level="basic",
    minutes=60,
    after=("11",),
    teaches="why a hidden layer is needed; a whole training, from first weights to last step",
    names=("TwoLayerNetwork",),
    refused=(),
    imports=("numpy", "torch"),
    shown={
        "numpy": (("numpy/mlp_numpy.py", "MLP.backward"),),
        "lowlevel": (("pytorch_lowlevel/mlp_lowlevel.py", "MLP.forward"),),
        "paper": (("paper/mlp_paper.py", "MLP.forward"),),
    },
    questions=(
        "What is the best loss that the network can reach without tanh, and why?",
        "How few hidden units are enough, and does every seed succeed with so few?",
    ),
    experiment="numpy/train_numpy.py --dataset xor --hidden 8 --epochs 200",
    playground="dataset=xor&hidden=8&activation=tanh&loss=sigmoid-cross-entropy",
)
CHECKS = Checks()
TRAINED = 8
SECONDS = 5.0
TOLERANCE = 1e-4
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


def make(answer: ModuleType, tier: Tier, seed: int) -> Any:
    """A network whose parameters have been written to."""
    network = answer.TwoLayerNetwork(HIDDEN, 0)
    write(tier, network, seed)
    return network


def write(tier: Tier, network: Any, seed: int) -> None:
    for name, values in parameters(seed).items():
        owner, _, leaf = path_of(tier, name).rpartition(".")
        tier.set_parameter(attrgetter(owner)(network) if owner else network, leaf, values)


@cache
def trained(
    answer: ModuleType, tier_name: str, seed: int, y: tuple[float, ...] = tuple(Y)
) -> Training:
    """Kept, since all that is judged of a training can be seen in the same one."""
    tier = adapter(tier_name)
    network = answer.TwoLayerNetwork(TRAINED, seed)
    before = read(tier, network)
    with time_limit(f"TwoLayerNetwork({TRAINED}, {seed}).train(X, y)", SECONDS):
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
    call = f"forward({listed(MORE_X)})"
    got = tier.numbers(call, make(answer, tier, seed).forward(arrays(tier)[0])).reshape(-1)
    expected = true_outputs(parameters(seed))
    expect_close(call, got, expected, TOLERANCE, what="p = ", given=given(seed))


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


CALL = f"gradients({listed(MORE_X)}, {listed(MORE_Y)})"


def gradients_of(tier: Tier, network: Any) -> dict[str, np.ndarray]:
    returned = network.gradients(*arrays(tier))
    if not isinstance(returned, dict) or returned.keys() != set(NAMES):
        keys = isinstance(returned, dict) and f"the keys {', '.join(map(str, returned))}"
        raise Failed(CALL, "a dictionary with the keys W1, b1, W2, b2", keys or described(returned))
    return {name: tier.numbers(f"{name} of {CALL}", returned[name]).copy() for name in NAMES}


@CHECKS.add("gradients")
def gradients(answer: ModuleType, tier: Tier, seed: int) -> None:
    try:
        found = gradients_of(tier, make(answer, tier, seed))
    except AttributeError as error:
        network = make(answer, tier, seed)
        network.forward(arrays(tier)[0])
        gradients_of(tier, network)  # raises again where it is not forward that is missing
        call = "gradients(X, y) of a new network, with no forward before it"
        raise Failed(call, "the gradients", f"AttributeError: {error}") from None
    for name, expected in reversed(true_gradients(seed).items()):
        what = f"{name}: "
        expect_close(CALL, found[name], expected, TOLERANCE, what=what, given=given(seed))


@CHECKS.add("gradients")
def gradients_after_another_forward(answer: ModuleType, tier: Tier, seed: int) -> None:
    network = make(answer, tier, seed + 1)
    network.forward(arrays(tier, MORE_X[::-1] + 1)[0])
    write(tier, network, seed)
    found = gradients_of(tier, network)
    call = "forward of another X, new parameters written, gradients(X, y)"
    # Against the answer's own, so that what is wrong with these is judged by itself.
    for name, expected in gradients_of(tier, make(answer, tier, seed)).items():
        expect_close(call, found[name], expected, TOLERANCE, what=f"{name}: ")


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
    for own in range(seed, seed + 3):  # of one, another number may be near the loss by chance
        training = trained(answer, tier.name, own)
        losses = training.returned
        call = f"TwoLayerNetwork({TRAINED}, {own}).train(X, y)"
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
        first = read(tier, answer.TwoLayerNetwork(TRAINED, seed))
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

    def outdated() -> bool:
        return passes(output, gradients) and not passes(gradients_after_another_forward)

    def first_loss() -> Any:
        if not passes(output):
            return "right"
        try:
            return describe_first_loss(trained(answer, tier.name, seed))
        except Exception:
            if passes(gradients):
                raise
            return "right"

    return [
        *(forward, *(gradient(name) for name in NAMES)),
        *(
            again,
            first_shapes,
            drawn(1, 1),
            drawn(1, 2),
            alike,
            moved,
            ending,
            first_loss,
            outdated,
        ),
    ]


class Enough(Exception):  # noqa: N818 - ends a training of which enough was seen
    """Raised at the third step."""


def piles_up(answer: ModuleType, tier: Tier, seed: int) -> bool:
    """Whether torch holds the sum of the first two steps' gradients when the third begins.

    Seen at b2, whose gradient is the mean of p - y. With y = 0 all of them have one sign.
    """
    network = answer.TwoLayerNetwork(TRAINED, seed)
    forward, steps = network.forward, {}

    def watched(X: Any) -> Any:
        grad = attrgetter(path_of(tier, "b2"))(network).grad
        p = read(tier, network)
        state = (true_outputs(p, tier.numbers("", X)).mean(), 0 if grad is None else grad.item())
        steps.setdefault(str(p), state)  # a step may call forward more than once
        if len(steps) == 3:
            raise Enough
        return forward(X)

    network.forward = watched
    with suppress(Enough):
        network.train(*arrays(tier, X, np.zeros(len(Y))))
    if len(steps) < 3:
        return False
    (first, _), (second, once), (_, twice) = steps.values()
    # Compared as a ratio, since the reader's loss may be a sum.
    return bool(once) and bool(np.isclose(twice / once, 1 + second / first, rtol=1e-2))


def ending_of(answer: ModuleType, tier: Tier, seed: int) -> str:
    """How a training ended, in a word."""
    training = trained(answer, tier.name, seed)
    before, after = training.loss("before"), training.loss("after")
    if tier.name != "numpy" and piles_up(answer, tier, seed):
        return "piled up"
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
    return "too early" if descent_gets_on(training.after) else "stuck"
