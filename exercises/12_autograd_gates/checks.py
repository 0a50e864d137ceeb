"""Judges exercise 12: five functions for autograd.

What `backward` returns is looked at by calling it: autograd itself sums a gradient that is too
large and converts one of another dtype, and so hides both. Its context is the output's grad_fn.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checker.adapters import Tier
from exercises.checker.catalogue import Metadata
from exercises.checker.checking import Checks, Failed, described, expect_close, expect_shape

from .gates import GATES, Use, alike, as_shape, is_array, right_gradient

METADATA = Metadata(
    level="intermediate",
    minutes=50,
    after=("10", "11"),
    teaches="what autograd needs from a gate: each input's gradient, in its shape; what to save",
    names=("Multiply", "Max", "Exp", "Power", "Linear"),
    refused=("autograd.grad", "torch.autograd.grad", "func.vjp", "torch.func.vjp"),
    shown={
        "lowlevel": (
            ("pytorch_lowlevel/gates_lowlevel.py", "Multiply"),
            ("pytorch_lowlevel/gates_lowlevel.py", "Linear"),
        )
    },
    questions=(
        "Exp can save its input or its output. With which is the backward pass less work?",
        "Which of the five must save the most for its backward pass, and which the least?",
    ),
    experiment="experiments/two_layer_sigmoid.py",
)
CHECKS = Checks()
# Each case: a gate, and the shapes of the tensors it is given.
SHAPES: tuple[Any, ...] = (
    *(("Multiply", (3, 4), (4,)), ("Multiply", (3, 1), (1, 4)), ("Multiply", (), (2, 3, 4))),
    *(("Max", (3, 4), (3, 4)), ("Exp", (3, 4)), ("Power", (3, 4))),
    ("Linear", (5, 3), (2, 3), (2,)),
)

# To be worked out on paper: a gate, and what it is given.
SMALL: tuple[Any, ...] = (
    ("Multiply", [[2, 3]], [[4, 5]]),
    ("Multiply", [[1], [2]], [[3, 4]]),
    ("Max", [[1, 5, -3]], [[3, 2, -4]]),
    ("Exp", [[0, 1]]),
    ("Power", [[-2, 0, 3]], 3),
    ("Power", [[-2, 0, 3]], 1),
    ("Linear", [[1], [2]], [[3], [4], [5]], [1, 2, 3]),
)


def cases(seed: int) -> list[tuple[str, list[Any]]]:
    """Each gate with values for its inputs, nowhere near a tie; several for Multiply."""
    generator = np.random.default_rng((12, seed))
    found: list[tuple[str, list[Any]]] = []
    for name, *shapes in SHAPES:
        values: list[Any] = [np.asarray(generator.normal(size=shape)) for shape in shapes]
        if name == "Max":
            signs = np.arange(12).reshape(3, 4) % 2 * 2 - 1
            values[1] = values[0] + signs * generator.uniform(0.5, 1, (3, 4))
        if name == "Power":
            values.append(3)
        found.append((name, values))
    return found


def uses(answer: ModuleType, tier: Tier, seed: int, dtype: str = "float64") -> Iterator[Use]:
    """Each case, when the one before is done with: several at a time are judged elsewhere."""
    return (Use(answer, tier, name, values, dtype) for name, values in cases(seed))


def small_and_drawn(answer: ModuleType, tier: Tier, seed: int) -> Iterator[Use]:
    """Each gate on paper first, and then each case."""
    for name, *values in SMALL:
        arrays = [np.array(v, np.float64) if isinstance(v, list) else v for v in values]
        yield Use(answer, tier, name, arrays)
    yield from uses(answer, tier, seed)


@CHECKS.add("signature")
def one_gradient_for_each_input(answer: ModuleType, tier: Tier, seed: int) -> None:
    for use in uses(answer, tier, seed):
        parts, count = use.returned(seed), len(use.inputs)
        call = f"{use.name}.backward(ctx, grad), after {use.call}"
        if len(parts) < count or any(part is not None for part in parts[count:]):
            wanted = "one gradient" if count == 1 else f"a tuple of {count}, one for each input"
            raise Failed(call, wanted, f"{len(parts)}" if len(parts) > 1 else described(parts[0]))
        if use.name == "Power" and parts[1] is not None:
            raise Failed(call, "None for the exponent, which is not a tensor", described(parts[1]))


@CHECKS.add("shapes and dtype")
def gradient_shapes(answer: ModuleType, tier: Tier, seed: int) -> None:
    for use in uses(answer, tier, seed):
        for part, gradient in use.gradients(seed).items():
            expect_shape(use.about(part), gradient, tuple(use.tensors[part].shape))


def dtypes_of(use: Use, seed: int) -> dict[str, str]:
    """Of the output and each gradient, by what was called."""
    results = {use.call: use.output}
    results |= {use.about(part): gradient for part, gradient in use.gradients(seed).items()}
    return {call: use.tier.dtype(call, result) for call, result in results.items()}


@CHECKS.add("shapes and dtype")
def dtypes(answer: ModuleType, tier: Tier, seed: int) -> None:
    for dtype in ("float32", "float64"):
        for use in uses(answer, tier, seed, dtype):
            for call, got in dtypes_of(use, seed).items():
                if got != dtype:
                    raise Failed(f"{call}, all {dtype}", dtype, got)


def changed_in_place(use: Use, seed: int) -> list[str]:
    """What `forward` or `backward` has changed of what it was handed."""
    before = dict(zip(use.names, use.values, strict=True))
    tensors = use.tensors | {"grad": use.tier.array(use.upstream(seed))}
    use.gate.backward(use.output.grad_fn, tensors["grad"])
    before["grad"] = use.upstream(seed)
    return [part for part in tensors if not np.array_equal(tensors[part].detach(), before[part])]


@CHECKS.add("input unchanged")
def nothing_changed_in_place(answer: ModuleType, tier: Tier, seed: int) -> None:
    for use in uses(answer, tier, seed):
        for part in changed_in_place(use, seed):
            call = f"{use.call}, then backward(ctx, grad)"
            raise Failed(call, f"{part} is left as it was", f"{part} was changed in place")


@CHECKS.add("values")
def outputs(answer: ModuleType, tier: Tier, seed: int) -> None:
    for use in small_and_drawn(answer, tier, seed):
        expected = GATES[use.name][0](*use.values)
        expect_close(use.call, tier.numbers(use.call, use.output), expected)


def unnoticed(make: Callable[[], Use], seed: int) -> list[str]:
    """What can be changed in place after `forward`, so that another gradient comes silently."""
    import torch

    found, unchanged = [], make()
    before = unchanged.summed(seed)
    for part in [*unchanged.tensors, "the output"]:
        use = make()
        with torch.no_grad():
            use.tensors.get(part, use.output).add_(1.0)
        with suppress(RuntimeError):  # autograd's own error
            if not alike(before, use.summed(seed)):
                found.append(part)
    return found


@CHECKS.add("properties")
def a_change_is_noticed(answer: ModuleType, tier: Tier, seed: int) -> None:
    for case in cases(seed):
        for part in unnoticed(lambda case=case: Use(answer, tier, *case), seed):
            call = f"{Use(answer, tier, *case).call}; then {part} is changed in place; backward"
            wanted = "an error of autograd, or the gradient as it was before the change"
            raise Failed(call, wanted, "a different gradient, and no error")


def moved_by_another(answer: ModuleType, tier: Tier, case: tuple[str, Any], seed: int) -> bool:
    """Whether a use's gradient becomes another one when the gate is used a second time."""
    use = Use(answer, tier, *case)
    before = use.summed(seed)
    Use(answer, tier, case[0], [np.array(-2 * v) if is_array(v) else v + 1 for v in case[1]])
    return not alike(before, use.summed(seed))


@CHECKS.add("properties")
def uses_of_their_own(answer: ModuleType, tier: Tier, seed: int) -> None:
    for case in cases(seed):
        if moved_by_another(answer, tier, case, seed):
            apply = f"{case[0]}.apply(...)"
            call = f"z = {apply}, then v = {apply}, then backward from z"
            raise Failed(call, "the gradient that belongs to z", "one that changed with v")


def moved_by_transposing(use: Use, seed: int) -> bool:
    """Whether the gradients become others when the one that arrives lies otherwise in memory."""
    pairs = zip(use.returned(seed), use.returned(seed, transposed=True), strict=True)
    numbers = [[part.detach() for part in pair] for pair in pairs if None not in pair]
    return not all(np.allclose(*pair, rtol=1e-6, atol=1e-8) for pair in numbers)


@CHECKS.add("properties")
def a_transposed_gradient(answer: ModuleType, tier: Tier, seed: int) -> None:
    for use in uses(answer, tier, seed):
        if moved_by_transposing(use, seed):
            call = f"{use.call}, then backward with a gradient that is a transpose"
            raise Failed(call, "the same as with a contiguous copy of it", "another gradient")


@CHECKS.add("gradients")
def gradients(answer: ModuleType, tier: Tier, seed: int) -> None:
    for use in small_and_drawn(answer, tier, seed):
        for part, got in use.summed(seed).items():
            expect_close(use.about(part), got, right_gradient(use, part, seed))


def shares_at_a_tie(answer: ModuleType, tier: Tier, seed: int) -> np.ndarray:
    """Max's parts of what arrives, where x = y."""
    x = np.random.default_rng((121, seed)).normal(size=(3, 4))
    use = Use(answer, tier, "Max", [x, x.copy()])
    return np.array([part / use.upstream(seed) for part in use.summed(seed).values()])


@CHECKS.add("gradients")
def max_at_a_tie(answer: ModuleType, tier: Tier, seed: int) -> None:
    shares = shares_at_a_tie(answer, tier, seed)
    if np.abs(shares.sum(axis=0) - 1).max() > 1e-6 or shares.min() < -1e-6:
        x, y = shares[:, 0, 0]
        got = f"x gets {x:g} times grad, and y {y:g} times"
        raise Failed("Max.apply(x, y) where x = y, then backward", "parts that add up to grad", got)


def asked_alone(use: Use, part: str, seed: int) -> Any:
    """The gradient of one input, by autograd, where no other one wants its own."""
    import torch

    inputs = [tensor.detach() for tensor in use.inputs]
    wanted = inputs[use.names.index(part)].requires_grad_()
    # As a sum, since autograd loads SymPy, which takes half a second, to be handed a gradient.
    total = (use.gate.apply(*inputs) * use.tier.array(use.upstream(seed))).sum()
    (found,) = torch.autograd.grad(total, wanted, allow_unused=True)
    return found


@CHECKS.add("gradients")
def one_asked_alone(answer: ModuleType, tier: Tier, seed: int) -> None:
    for use in (use for use in uses(answer, tier, seed) if len(use.tensors) > 1):
        for part, expected in use.summed(seed).items():
            call = f"{use.call}, where only {part} requires a gradient"
            found = asked_alone(use, part, seed)
            if found is None:
                raise Failed(call, f"the gradient of {part}", "none came for it")
            expect_close(call, tier.numbers(call, found), expected, what=f"grad_{part}: ")


def probes(answer: ModuleType, tier: Tier, seed: int) -> list[Callable[[], Any]]:
    """Each gate's value, gradients, their shapes and dtypes, and what becomes of it in use."""

    def of_case(name: str, values: list[Any]) -> list[Callable[[], Any]]:
        def made(dtype: str = "float64") -> Use:
            return Use(answer, tier, name, values, dtype)

        once = cache(made)  # for probes that leave it as it is

        @cache
        def gradients() -> dict[str, Any]:
            return once().gradients(seed)

        def summed(part: str) -> np.ndarray:
            return as_shape("", tier, gradients()[part], shapes[part])

        def alone(part: str) -> bool:
            return np.allclose(tier.numbers("", asked_alone(once(), part, seed)), summed(part))

        def transposed() -> bool:
            """Whether a gradient that comes in order fails when it is transposed."""
            use = made()
            use.returned(seed)
            try:
                return moved_by_transposing(use, seed)
            except RuntimeError:
                return True

        pairs = zip(GATES[name][1], values, strict=True)
        shapes = {part: value.shape for part, value in pairs if is_array(value)}
        what_comes = [
            lambda: once().output.detach().numpy(),
            *(lambda part=part: summed(part) for part in shapes),
            *(lambda part=part: str(tuple(gradients()[part].shape)) for part in shapes),
            lambda: str([part is None for part in once().returned(seed)[: len(values)]]),
        ]
        if values is not first[name]:
            return what_comes
        return [
            *what_comes,
            *(lambda part=part: len(shapes) == 1 or alone(part) for part in shapes),
            *(lambda d=d: str(dtypes_of(made(d), seed)) for d in ("float32", "float64")),
            lambda: str(changed_in_place(made(), seed)),
            lambda: bool(unnoticed(made, seed)),
            lambda: moved_by_another(answer, tier, (name, values), seed),
            transposed,
        ]

    def tie() -> Any:
        """What the parts add up to; 1 where Max is wrong elsewhere, too, which shows there."""
        (use,) = (use for use in uses(answer, tier, seed) if use.name == "Max")
        right = {part: right_gradient(use, part, seed) for part in use.tensors}
        shares = shares_at_a_tie(answer, tier, seed).sum(axis=0)
        return shares if alike(right, use.summed(seed)) else np.ones_like(shares)

    def power_at_zero() -> bool:
        """Whether its gradient is a number there."""
        use = Use(answer, tier, "Power", [np.array([[1.0, 0.0, 3.0]]), 3])
        return bool(np.isfinite(use.summed(seed)["x"]).all())

    each = cases(seed)
    # What takes long to find out is looked for in one case of each gate.
    first = dict(reversed(each))
    return [*(probe for case in each for probe in of_case(*case)), tie, power_at_zero]
