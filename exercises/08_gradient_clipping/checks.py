"""Judges exercise 08: `clip_gradient_norm`, and `train`, which uses it.

`train` is handed the tier's own network, loss and optimizer; what reaches the optimizer is compared
with the same training in tier 1. Long and short gradients take turns.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from types import ModuleType
from typing import Any
from unittest.mock import patch

import numpy as np

from exercises.checker.adapters import NumPyTier, Tier
from exercises.checker.catalogue import Metadata
from exercises.checker.checking import Checks, Failed, described, expect_close, one_number

METADATA = Metadata(
    level="advanced",
    minutes=45,
    after=("03",),
    teaches="one norm and one factor for all gradients; when in a step to clip",
    names=("clip_gradient_norm", "train"),
    refused=(
        *("nn.utils.clip_grad_norm_", "nn.utils.clip_grad_norm", "nn.utils.get_total_norm"),
        *("nn.utils.clip_grads_with_norm_", "utils.clip_grad_norm_", "utils.get_total_norm"),
        *("optimizers_numpy.clip_gradient_norm", "optimizers_numpy.gradient_norm"),
        *("optimizers_lowlevel.clip_gradient_norm", "optimizers_lowlevel.gradient_norm"),
    ),
    shown={
        tier: ((file, "gradient_norm"), (file, "clip_gradient_norm"))
        for tier, file in (
            ("numpy", "numpy/optimizers_numpy.py"),
            ("lowlevel", "pytorch_lowlevel/optimizers_lowlevel.py"),
        )
    },
    questions=(
        "Why does clipping each array by its own norm change the direction of a step?",
        "The gradients of several minibatches are added up before one step is made. Should each be"
        " clipped, or their sum?",
    ),
    experiment="experiments/schedules_and_clipping.py",
    playground="dataset=spiral&hidden=16,16&activation=tanh&learning_rate=0.5&clip_norm=0.1",
)
CHECKS = Checks()
TOLERANCE = 1e-5  # PyTorch's 1e-6, beside norms above 1, is less
SIZES = (4, 5, 3, 2)
N = 6
LONG, SHORT = 0.5, 20.0  # limits below and above the norm of every example
SMALL = {"weight": np.array([[3.0, 0.0]]), "bias": np.array([4.0])}
ZEROS = {name: np.zeros_like(array) for name, array in SMALL.items()}
TALL = np.array([[3.0, 0.0], [0.0, 4.0], [12.0, 0.0]])
WITH_NONE = {"weight": SMALL["weight"], "unused": None, "bias": SMALL["bias"]}
SMALL_CALL = 'clip_gradient_norm({"weight": [[3, 0]], "bias": [4]}, %g)'
Arrays = dict[str, np.ndarray]


def random_gradients(seed: int) -> Arrays:
    """Entries between 1 and 2 in size, half of them negative: the norm is from 4.7 to 9.6."""
    generator = np.random.default_rng((8, seed))
    shapes = {"layers.0.weight": (3, 4), "layers.0.bias": (3,)}
    shapes |= {"layers.2.weight": (2, 3), "layers.2.bias": (2,)}
    return {
        name: generator.uniform(1, 2, shape) * generator.choice([-1, 1], shape)
        for name, shape in shapes.items()
    }


def norm_of(gradients: Arrays) -> float:
    return float(np.linalg.norm(np.concatenate([array.ravel() for array in gradients.values()])))


def scaled(gradients: Arrays, limit: float) -> Arrays:
    factor = min(1.0, limit / norm_of(gradients))
    return {name: array * factor for name, array in gradients.items()}


def handed(tier: Tier, gradients: dict[str, Any]) -> dict[str, Any]:
    """The gradients as new arrays of the tier."""
    return {name: None if array is None else tier.array(array) for name, array in gradients.items()}


def cases(seed: int, long: bool) -> Iterator[tuple[str, Arrays, float]]:
    """The call, its gradients and its limit: a case to do in the head, then a larger one."""
    limit = 1.0 if long else 6.0
    yield SMALL_CALL % limit, SMALL, limit
    limit = LONG if long else SHORT
    gradients = random_gradients(seed)
    shapes = ", ".join(str(array.shape) for array in gradients.values())
    yield f"clip_gradient_norm(gradients of shapes {shapes}, {limit})", gradients, limit


def expect_norm(call: str, returned: Any, expected: float) -> None:
    norm = np.array(one_number(call, returned, "the norm, a number"))
    expect_close(call, norm, expected, TOLERANCE, "the norm ")


def expect_arrays(tier: Tier, call: str, got: dict[str, Any], expected: Arrays) -> None:
    for name, array in expected.items():
        place = f"{call}: gradients[{name!r}]"
        expect_close(place, tier.numbers(place, got.get(name)), array, TOLERANCE)


@CHECKS.add("values")
def norm_returned(answer: ModuleType, tier: Tier, seed: int) -> None:
    for call, gradients, limit in (*cases(seed, long=True), *cases(seed, long=False)):
        returned = answer.clip_gradient_norm(handed(tier, gradients), limit)
        expect_norm(call, returned, norm_of(gradients))


def judge_clipping(answer: ModuleType, tier: Tier, seed: int, long: bool) -> None:
    for call, gradients, limit in cases(seed, long):
        given = handed(tier, gradients)
        answer.clip_gradient_norm(given, limit)
        expect_arrays(tier, call, given, scaled(gradients, limit))


@CHECKS.add("values")
def long_gradients(answer: ModuleType, tier: Tier, seed: int) -> None:
    judge_clipping(answer, tier, seed, long=True)


@CHECKS.add("values")
def short_gradients(answer: ModuleType, tier: Tier, seed: int) -> None:
    judge_clipping(answer, tier, seed, long=False)


@CHECKS.add("properties")
def in_place(answer: ModuleType, tier: Tier, seed: int) -> None:
    call, gradients, limit = next(cases(seed, long=True))
    given = handed(tier, gradients)
    arrays = dict(given)
    answer.clip_gradient_norm(given, limit)
    for name in gradients:
        place = f"g = gradients[{name!r}], then {call}, then g"
        expected = tier.numbers(call, given[name])  # whether it is right is judged elsewhere
        expect_close(place, tier.numbers(place, arrays[name]), expected, TOLERANCE)


@CHECKS.add("properties")
def none_is_left_out(answer: ModuleType, tier: Tier, seed: int) -> None:
    call = 'clip_gradient_norm({"weight": [[3, 0]], "unused": None, "bias": [4]}, 1)'
    given = handed(tier, WITH_NONE)
    norm = answer.clip_gradient_norm(given, 1.0)
    if given.get("unused", "missing") is not None:
        got = described(given["unused"]) if "unused" in given else "it was removed"
        raise Failed(call, 'gradients["unused"] is still None', got)
    without = handed(tier, SMALL)  # the same without None, whether right or not
    expect_norm(call, norm, one_number(call, answer.clip_gradient_norm(without, 1.0)))
    expect_arrays(tier, call, given, {name: tier.numbers(call, without[name]) for name in SMALL})


@CHECKS.add("properties")
def zeros_stay_zeros(answer: ModuleType, tier: Tier, seed: int) -> None:
    call = 'clip_gradient_norm({"weight": [[0, 0]], "bias": [0]}, 1)'
    given = handed(tier, ZEROS)
    expect_norm(call, answer.clip_gradient_norm(given, 1.0), 0.0)
    expect_arrays(tier, call, given, ZEROS)


@CHECKS.add("properties")
def transposed_array(answer: ModuleType, tier: Tier, seed: int) -> None:
    turned, straight = tier.array(TALL).T, tier.array(TALL.T.tolist())
    for array in (turned, straight):
        answer.clip_gradient_norm({"weight": array}, 1.0)
    call = f"clip_gradient_norm({{'weight': W.T}}, 1), W = {TALL.tolist()}: then W.T"
    expected = tier.numbers(call, straight)  # whether it is right is judged elsewhere
    expect_close(call, tier.numbers(call, turned), expected, TOLERANCE)


@CHECKS.add("properties")
def no_gradient_at_all(answer: ModuleType, tier: Tier, seed: int) -> None:
    for given in ({}, {"unused": None}):
        call = f"clip_gradient_norm({given}, 1)"
        expect_norm(call, answer.clip_gradient_norm(given, 1.0), 0.0)


MAX_NORM = 20.0
STEPS = 5
CALL = f"train(model, loss_function, optimizer, {STEPS} minibatches, max_norm={MAX_NORM:g})"


def minibatches(tier: Tier, seed: int) -> list[tuple[Any, Any]]:
    """Targets far off and near take turns, and with them long and short gradients."""
    generator = np.random.default_rng((9, seed))
    pairs = []
    for step in range(STEPS):
        targets = (50.0, 0.1)[step % 2] * generator.uniform(0.5, 1, (N, SIZES[-1]))
        pairs.append((tier.array(generator.normal(size=(N, SIZES[0]))), tier.array(targets)))
    return pairs


def trained(
    train: Callable[..., Any], tier: Tier, seed: int, steps: list[Arrays]
) -> tuple[Any, Arrays]:
    """What `train` returns, and the parameters at the end; steps gets what the optimizer gets."""
    if tier.name == "numpy":
        from losses_numpy import mean_squared_error
        from mlp_numpy import MLP
        from optimizers_numpy import SGD

        dtype: Any = np.float64
    else:
        from torch import float64 as dtype

        from losses_lowlevel import mean_squared_error
        from mlp_lowlevel import MLP
        from optimizers_lowlevel import SGD

    class RecordingSGD(SGD):
        def step(self, gradients: Any) -> None:
            missing = [name for name in self.parameters if gradients.get(name) is None]
            if missing:
                call = f"{CALL}: optimizer.step(gradients)"
                raise Failed(call, "a gradient for each parameter", f"none for {missing}")
            steps.append({name: tier.numbers(CALL, gradients[name]) for name in self.parameters})
            super().step(gradients)

    model = MLP(SIZES, activation="tanh", initializer="xavier-normal", seed=seed, dtype=dtype)
    optimizer = RecordingSGD(model.parameters(), 0.01, momentum=0.5)
    norms = train(model, mean_squared_error, optimizer, minibatches(tier, seed), MAX_NORM)
    return norms, {name: tier.numbers(CALL, array) for name, array in model.parameters().items()}


@cache
def expected_training(seed: int) -> tuple[list[Arrays], list[float], Arrays]:
    """What reaches the optimizer, the norms and the parameters of a right answer in tier 1."""

    def train(model, loss_function, optimizer, minibatches, max_norm):
        norms = []
        for X, targets in minibatches:
            model.backward(loss_function(model.forward(X), targets)[1])
            norms.append(norm_of(model.gradients()))
            optimizer.step(scaled(model.gradients(), max_norm))
        return norms

    steps: list[Arrays] = []
    return steps, *trained(train, NumPyTier(), seed, steps)


@CHECKS.add("behaviour in training")
def gradients_of_the_steps(answer: ModuleType, tier: Tier, seed: int) -> None:
    steps: list[Arrays] = []
    _, parameters = trained(answer.train, tier, seed, steps)
    expected_steps, _, expected_parameters = expected_training(seed)
    if len(steps) != STEPS:
        raise Failed(CALL, f"{STEPS} calls of optimizer.step", f"{len(steps)}")
    for i, (got, expected) in enumerate(zip(steps, expected_steps, strict=True)):
        call = f"{CALL}: call {i + 1} of optimizer.step"
        norm = np.array(norm_of(got))
        expect_close(call, norm, norm_of(expected), TOLERANCE, "gradients whose norm is ")
        for name in expected:
            expect_close(call, got[name], expected[name], TOLERANCE, f"gradients[{name!r}]: ")
    for name, expected in expected_parameters.items():
        call = f"{CALL}, then model.parameters()[{name!r}]"
        expect_close(call, parameters[name], expected, TOLERANCE)


def norms_of(value: Any) -> list[float]:
    """What `train` returned, as numbers."""
    series = isinstance(value, list | tuple) or getattr(value, "shape", ())
    if not series or len(value) != STEPS:
        raise Failed(CALL, f"a list of {STEPS} norms", described(value))
    return [one_number(CALL, norm, f"a list of {STEPS} numbers") for norm in value]


@CHECKS.add("behaviour in training")
def norms_of_the_steps(answer: ModuleType, tier: Tier, seed: int) -> None:
    steps: list[Arrays] = []
    norms = norms_of(trained(answer.train, tier, seed, steps)[0])
    expected_steps, expected, _ = expected_training(seed)
    for i in range(STEPS):
        call = f"{CALL}: number {i + 1} of the list"
        expect_close(call, np.array(norms[i]), expected[i], TOLERANCE, "the norm ")
        # After a wrong step, which is judged elsewhere, the gradients are others.
        if i >= len(steps) or not all(
            np.allclose(steps[i][name], expected_steps[i][name], 1e-4) for name in steps[i]
        ):
            return


def probes(answer: ModuleType, tier: Tier, seed: int) -> list[Callable[[], Any]]:
    """What comes of each kind of gradients; and of `train`, with a clipping that is right."""

    def clipped(gradients: dict[str, Any], limit: float) -> tuple[Any, dict[str, Any], Any]:
        """What was returned, the dictionary afterwards, and the arrays that were handed in."""
        given = handed(tier, gradients)
        arrays = list(given.values())
        return answer.clip_gradient_norm(given, limit), given, arrays

    def returned(gradients: dict[str, Any], limit: float) -> Callable[[], Any]:
        def shown() -> Any:
            value = clipped(gradients, limit)[0]
            with suppress(Failed):
                return one_number("", value)
            return type(value).__name__

        return shown

    def left(gradients: dict[str, Any], limit: float) -> Callable[[], Any]:
        def shown() -> Any:
            after = clipped(gradients, limit)[1]
            return {
                name: "None" if array is None else tier.numbers("", array).tolist()
                for name, array in after.items()
            }

        return shown

    def same_arrays() -> Any:
        _, after, arrays = clipped(random_gradients(seed), LONG)
        return [one is other for one, other in zip(after.values(), arrays, strict=True)]

    @cache
    def training() -> tuple[list[Arrays], tuple[Any, Arrays], str]:
        """With a clipping that is right; and when it is called."""
        steps: list[Arrays] = []
        order: list[str] = []

        def clip(gradients: dict[str, Any], max_norm: float, *_: Any, **__: Any) -> float:
            order.append(f"clip before step {len(steps) + 1}")
            arrays = [array for array in gradients.values() if array is not None]
            norm = math.sqrt(sum((array * array).sum().item() for array in arrays))
            for array in arrays if norm > max_norm else ():
                array *= max_norm / norm
            return norm

        with patch.object(answer, "clip_gradient_norm", clip):
            return steps, trained(answer.train, tier, seed, steps), str(order)

    def norms() -> Any:
        value = training()[1][0]
        with suppress(Failed):
            single = not isinstance(value, list | tuple) and not getattr(value, "shape", ())
            return [one_number("", number) for number in ([value] if single else value)]
        return type(value).__name__

    long = random_gradients(seed)
    return [
        *(returned(long, LONG), left(long, LONG), returned(long, SHORT), left(long, SHORT)),
        lambda: [returned(part, 1.0)() for part in (SMALL, WITH_NONE)],
        lambda: [left(part, 1.0)() for part in (SMALL, WITH_NONE)],
        *(returned(ZEROS, 1.0), left(ZEROS, 1.0), returned({}, 1.0), same_arrays),
        left({"weight": np.array([0.3, 0.4])}, 0.1),  # where 1 is a limit, this is not longer
        left({"weight": np.array([0.48, 0.64])}, 0.7),  # longer, but its square is not
        lambda: transposed_array(answer, tier, seed),
        *(lambda: len(training()[0]), lambda: training()[0][:1], lambda: training()[0]),
        *(norms, lambda: training()[1][1], lambda: training()[2]),
    ]
