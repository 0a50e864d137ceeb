"""One use of a gate of autograd: what it computes, what `backward` says, and what is right."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache, cached_property
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checker.adapters import Tier
from exercises.checker.checking import Failed, described

H = 1e-5
# name: what it computes in NumPy, and the names of its inputs
GATES: dict[str, tuple[Callable[..., np.ndarray], tuple[str, ...]]] = {
    "Multiply": (np.multiply, ("x", "y")),
    "Max": (np.maximum, ("x", "y")),
    "Exp": (np.exp, ("x",)),
    "Power": (np.power, ("x", "exponent")),
    "Linear": (lambda X, W, b: X @ W.T + b, ("X", "W", "b")),
}


@cache
def drawn(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng((120, seed)).normal(size=shape)


class Use:
    """One use of a gate: its inputs, its output, and what `backward` says of it.

    All arrays among the values become tensors that want their gradient.
    """

    def __init__(
        self, answer: ModuleType, tier: Tier, name: str, values: list[Any], dtype: str = "float64"
    ) -> None:
        from torch import Tensor
        from torch.autograd import Function

        self.gate, self.tier, self.name, self.values = getattr(answer, name), tier, name, values
        if not isinstance(self.gate, type) or not issubclass(self.gate, Function):
            raise Failed(f"class {name}", "it inherits from torch.autograd.Function", "it does not")
        # Inner nodes, since autograd forbids changing a leaf in place, which is judged elsewhere.
        self.inputs = [
            tier.array(v, dtype).requires_grad_() * 1 if is_array(v) else v for v in values
        ]
        self.names = GATES[name][1]
        # Whole numbers are for a case to work out on paper, which the message shows.
        self.small = all(np.array_equal(v, np.round(v)) for v in values)
        self.output = self.gate.apply(*self.inputs)
        if not isinstance(self.output, Tensor) or self.output.grad_fn is None:
            raise Failed(self.call, "a tensor that a gradient comes from", described(self.output))
        pairs = zip(self.names, self.inputs, strict=True)
        self.tensors = {part: tensor for part, tensor in pairs if isinstance(tensor, Tensor)}

    @cached_property
    def call(self) -> str:
        if self.small:
            shown = (f"{v.astype(int).tolist() if is_array(v) else v}" for v in self.values)
            return f"{self.name}.apply({', '.join(shown)})"
        shown = (f"{v.shape if is_array(v) else v}" for v in self.values)
        parts = map(" ".join, zip(self.names, shown, strict=True))
        return f"{self.name}.apply({', '.join(self.names)}), {', '.join(parts)}"

    def upstream(self, seed: int) -> np.ndarray:
        """A gradient for the output."""
        shape = tuple(self.output.shape)
        if self.small:
            return np.arange(1.0, 1 + self.output.numel()).reshape(shape)
        return drawn(seed, shape)

    def returned(self, seed: int, transposed: bool = False) -> list[Any]:
        """The parts that `backward` returns, whatever they are.

        Args:
            seed: of the gradient that arrives.
            transposed: whether it lies column by column in memory, as a transpose does.
        """
        dtype = str(self.output.dtype).removeprefix("torch.")
        grad = self.tier.array(self.upstream(seed), dtype)
        if transposed:
            grad = grad.mT.contiguous().mT
        value = self.gate.backward(self.output.grad_fn, grad)
        return list(value) if isinstance(value, tuple) else [value]

    def gradients(self, seed: int) -> dict[str, Any]:
        """What `backward` returns for each tensor that went in; None for what is missing."""
        found = dict(zip(self.names, self.returned(seed), strict=False))
        return {part: found.get(part) for part in self.tensors}

    def about(self, part: str) -> str:
        grad = f", {self.upstream(0).astype(int).tolist()}" if self.small else ""
        words = f"backward(ctx{grad})" if grad else f"{self.name}.backward"
        return f"grad_{part} of {words}, after {self.call}"

    def summed(self, seed: int) -> dict[str, np.ndarray]:
        """The gradients in their inputs' shapes."""
        return {
            part: as_shape(self.about(part), self.tier, gradient, self.tensors[part].shape)
            for part, gradient in self.gradients(seed).items()
        }


def is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray)


def as_shape(call: str, tier: Tier, gradient: Any, shape: tuple[int, ...]) -> np.ndarray:
    """In numbers, and summed as autograd would: where it is too large is judged elsewhere."""
    tier.numbers(call, gradient)
    with suppress(RuntimeError):
        gradient = gradient.sum_to_size(shape)
    return tier.numbers(call, gradient)


def right_gradient(use: Use, part: str, seed: int) -> np.ndarray:
    """By centred differences of what the gate should compute."""
    function, G = GATES[use.name][0], use.upstream(seed)
    values = [np.array(value) if is_array(value) else value for value in use.values]
    moved = values[use.names.index(part)]
    gradient = np.zeros_like(moved)
    for place in np.ndindex(moved.shape):
        before, totals = moved[place], []
        for h in (H, -H):
            moved[place] = before + h
            totals.append((G * function(*values)).sum())
        moved[place] = before
        gradient[place] = (totals[0] - totals[1]) / (2 * H)
    return gradient


def alike(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return all(np.allclose(one[part], other[part], rtol=1e-6, atol=1e-8) for part in one)
