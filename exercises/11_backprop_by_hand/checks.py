"""Judges exercise 11: a linear layer, softmax cross-entropy, and a network of two layers.

All sizes differ, since equal ones hide a transpose; a square layer comes last, for an answer that
looks at the shapes to find out whether to transpose. The network is compared with finite
differences of its loss as the lesson defines it, so that no formula is trusted twice. A case that
can be worked out on paper comes first.
"""

from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any
from unittest.mock import patch

import numpy as np

from exercises.checker.adapters import Tier, unchanged
from exercises.checker.catalogue import Metadata
from exercises.checker.checking import Checks, Failed, described, expect_close, expect_shape

METADATA = Metadata(
    level="basic",
    minutes=60,
    after=("10", "13"),
    teaches="the chain rule through linear layers, tanh and softmax; where gradients add up",
    names=("linear_forward", "linear_backward", "softmax_cross_entropy", "network_gradients"),
    refused=(),
    imports=("numpy",),
    shown={
        "numpy": (
            ("numpy/layers_numpy.py", "Linear.backward"),
            ("numpy/losses_numpy.py", "softmax_cross_entropy"),
        )
    },
    questions=(
        "Why do the gradients of W and b not divide by n, though the loss is a mean?",
        "The rows of ∂L/∂Z each sum to 0. What does that say about adding a number to all logits?",
    ),
    experiment="docs/one_page.py",
    playground="view=steps&dataset=moons&hidden=4&activation=tanh",
)
CHECKS = Checks()
N, IN, HIDDEN, CLASSES = 5, 4, 3, 2
H = 1e-5
PARAMETERS = ("W1", "b1", "W2", "b2")
Arrays = dict[str, np.ndarray]


def arrays(seed: int, sizes: tuple[int, int, int, int] = (N, IN, HIDDEN, CLASSES)) -> Arrays:
    """The inputs of every function, by name; Z and grad_Z are those of a layer IN → HIDDEN."""
    n, inputs, hidden, classes = sizes
    generator = np.random.default_rng((11, seed))
    shapes = {"X": (n, inputs), "W": (hidden, inputs), "b": (hidden,), "grad_Z": (n, hidden)}
    shapes |= {"Z": (n, hidden), "W1": (hidden, inputs), "b1": (hidden,)}
    shapes |= {"W2": (classes, hidden), "b2": (classes,)}
    return {name: generator.normal(size=shape) for name, shape in shapes.items()}


def labels(classes: int) -> np.ndarray:
    return np.arange(N) % classes


# Small enough to be worked out on paper.
SMALL = {
    "X": [[1], [2]],
    "W": [[3], [4], [5]],
    "b": [1, 2, 3],
    "grad_Z": [[1, 2, 3], [1, 0, 1]],
    "Z": [[0, 0], [0, 0], [0, 0]],
    **{"W1": [[0.5]], "b1": [0], "W2": [[1], [-1]], "b2": [0, 0]},
}


def layers(seed: int, names: tuple[str, ...]) -> list[tuple[str, Arrays]]:
    """What a linear layer is called with, in words and in arrays."""
    drawn = (arrays(seed), arrays(seed, (N, HIDDEN, HIDDEN, CLASSES)))
    small = {name: np.array(values, np.float64) for name, values in SMALL.items()}
    words = [", ".join(f"{name}={SMALL[name]}" for name in names)]
    words += [", ".join(f"{name} {each[name].shape}" for name in names) for each in drawn]
    return list(zip(words, (small, *drawn), strict=True))


def minibatches(seed: int) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Logits and labels, in words and in arrays; in the last one no label is the last class."""
    Z = arrays(seed)["Z"]
    drawn = [(f"Z, {y.tolist()}), Z {Z.shape}", Z, y) for y in (labels(HIDDEN), labels(HIDDEN - 1))]
    small = f"{SMALL['Z']}, [0, 1, 0])"
    return [(small, np.array(SMALL["Z"], np.float64), np.array([0, 1, 0])), *drawn]


# Loss and gradient would be the same with the largest logit of each row subtracted.
LARGE: tuple[Any, ...] = (
    ([[1000, 0, -1000]], [2]),
    ([[-1000, -1001]], [1]),
    ([[1000, 999], [0, 1]], [0, 1]),
)


def several(call: str, value: Any, names: tuple[str, ...]) -> Any:
    """What a call returned, if it is a tuple of so many."""
    if not isinstance(value, tuple | list) or len(value) != len(names):
        raise Failed(call, f"the tuple ({', '.join(names)})", described(value))
    return value


def linear_backward(answer: ModuleType, words: str, a: Arrays) -> tuple[str, Any]:
    call = f"linear_backward({words})"
    value = answer.linear_backward(a["grad_Z"], a["X"], a["W"])
    return call, several(call, value, ("grad_X", "grad_W", "grad_b"))


def cross_entropy(answer: ModuleType, words: str, Z: np.ndarray, y: Any) -> tuple[str, Any]:
    call = f"softmax_cross_entropy({words}"
    value = answer.softmax_cross_entropy(Z.copy(), np.array(y))
    return call, several(call, value, ("loss", "grad_Z"))


def network(answer: ModuleType, words: str, a: Arrays, y: np.ndarray) -> tuple[str, Any, Any]:
    call = f"network_gradients({words}"
    value = answer.network_gradients(a["X"], y, *(a[name] for name in PARAMETERS))
    loss, gradients = several(call, value, ("loss", "gradients"))
    if not isinstance(gradients, dict) or gradients.keys() != set(PARAMETERS):
        raise Failed(call, "a dictionary with the keys W1, b1, W2, b2", described(gradients))
    return call, loss, gradients


def true_loss(Z: np.ndarray, y: np.ndarray) -> float:
    shifted = Z - Z.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    return float((log_sums - shifted[np.arange(len(Z)), y]).mean())


def network_loss(a: Arrays, y: np.ndarray) -> float:
    A = np.tanh(a["X"] @ a["W1"].T + a["b1"])
    return true_loss(A @ a["W2"].T + a["b2"], y)


def differences(loss: Callable[[], float], array: np.ndarray) -> np.ndarray:
    """Centred differences of the loss in each entry of an array, which is moved and put back."""
    gradient = np.zeros_like(array)
    for place in np.ndindex(array.shape):
        before = array[place]
        array[place] = before + H
        above = loss()
        array[place] = before - H
        gradient[place] = (above - loss()) / (2 * H)
        array[place] = before
    return gradient


@CHECKS.add("shapes and dtype")
def shape_of_the_bias_gradient(answer: ModuleType, tier: Tier, seed: int) -> None:
    for words, a in layers(seed, ("grad_Z", "X", "W")):
        call, (_, _, grad_b) = linear_backward(answer, words, a)
        expect_shape(f"grad_b of {call}", grad_b, (HIDDEN,))


@CHECKS.add("input unchanged")
def inputs_unchanged(answer: ModuleType, tier: Tier, seed: int) -> None:
    a, before = arrays(seed), arrays(seed)
    with suppress(ValueError, TypeError):  # of shapes or parts, which are judged elsewhere
        answer.linear_forward(a["X"], a["W"], a["b"])
        answer.linear_backward(a["grad_Z"], a["X"], a["W"])
        answer.softmax_cross_entropy(a["Z"], labels(HIDDEN))
        answer.network_gradients(a["X"], labels(CLASSES), *(a[name] for name in PARAMETERS))
    for name in a:
        unchanged(tier, "all four functions", a[name], before[name], name)


@CHECKS.add("values")
def linear_output(answer: ModuleType, tier: Tier, seed: int) -> None:
    for words, a in layers(seed, ("X", "W", "b")):
        call = f"linear_forward({words})"
        Z = tier.numbers(call, answer.linear_forward(a["X"], a["W"], a["b"]))
        expect_close(call, Z, a["X"] @ a["W"].T + a["b"])


@CHECKS.add("values")
def cross_entropy_loss(answer: ModuleType, tier: Tier, seed: int) -> None:
    for words, Z, y in minibatches(seed):
        call, (loss, _) = cross_entropy(answer, words, Z, y)
        expect_close(call, tier.numbers(call, loss), true_loss(Z, y), what="loss ")


@CHECKS.add("properties")
def large_logits(answer: ModuleType, tier: Tier, seed: int) -> None:
    for logits, y in LARGE:
        Z = np.array(logits, np.float64)
        call, (loss, grad_Z) = cross_entropy(answer, f"{logits}, {y})", Z, y)
        loss, grad_Z = tier.numbers(call, loss), tier.numbers(call, grad_Z)
        moved = Z - Z.max(axis=1, keepdims=True)
        _, (expected, expected_grad) = cross_entropy(answer, "", moved, y)
        if len(Z) == 1:  # since it is judged elsewhere whether the loss is a mean
            expected = true_loss(Z, np.array(y))
        expect_close(call, loss, expected, what="loss ")
        if not np.isfinite(grad_Z).all():
            raise Failed(call, "a finite gradient", np.array2string(grad_Z).replace("\n", ""))
        expect_close(call, grad_Z, expected_grad, what="grad_Z: ")


@CHECKS.add("gradients")
def linear_gradients(answer: ModuleType, tier: Tier, seed: int) -> None:
    for words, a in layers(seed, ("grad_Z", "X", "W")):
        call, returned = linear_backward(answer, words, a)
        expected = {
            "grad_X": a["grad_Z"] @ a["W"],
            "grad_W": a["grad_Z"].T @ a["X"],
            "grad_b": a["grad_Z"].sum(axis=0),
        }
        for (name, array), value in zip(expected.items(), returned, strict=True):
            got = tier.numbers(f"{name} of {call}", value)
            if name == "grad_b":
                got = got.reshape(-1)  # its shape is judged elsewhere
            expect_close(call, got, array, what=f"{name}: ")


@CHECKS.add("gradients")
def cross_entropy_gradient(answer: ModuleType, tier: Tier, seed: int) -> None:
    for words, Z, y in minibatches(seed):
        call, (_, grad_Z) = cross_entropy(answer, words, Z, y)
        expected = differences(lambda Z=Z, y=y: true_loss(Z, y), Z)
        expect_close(call, tier.numbers(call, grad_Z), expected, what="grad_Z: ")


@CHECKS.add("gradients")
def network_gradients(answer: ModuleType, tier: Tier, seed: int) -> None:
    small, drawn, _ = (a for _, a in layers(seed, ()))
    words = ", ".join(f"{name}={SMALL[name]}" for name in PARAMETERS)
    words = f"X={SMALL['X']}, labels=[0, 0], {words})"
    sizes = f"...), X {drawn['X'].shape}, {HIDDEN} hidden units, {CLASSES} classes"
    cases = ((words, small, np.array([0, 0])), (sizes, drawn, labels(CLASSES)))
    for words, a, y in cases:
        call, loss, gradients = network(answer, words, a, y)
        expect_close(call, tier.numbers(call, loss), network_loss(a, y), what="loss ")
        for name in ("W2", "b2", "W1", "b1"):
            expected = differences(lambda a=a, y=y: network_loss(a, y), a[name])
            got = tier.numbers(f"gradients[{name!r}] of {call}", gradients[name])
            got = got.reshape(-1) if name in ("b1", "b2") else got
            expect_close(call, got, expected, what=f"gradients[{name!r}]: ")


def right_cross_entropy(Z: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    P = np.exp(Z - Z.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    return true_loss(Z, y), (P - np.eye(Z.shape[1])[y]) / len(Z)


RIGHT: dict[str, Callable[..., Any]] = {
    "linear_forward": lambda X, W, b: X @ W.T + b,
    "linear_backward": lambda grad_Z, X, W: (grad_Z @ W, grad_Z.T @ X, grad_Z.sum(axis=0)),
    "softmax_cross_entropy": right_cross_entropy,
}


def probes(answer: ModuleType, tier: Tier, seed: int) -> list[Callable[[], Any]]:
    """Each part of what the functions return, and what they change.

    All sizes are 3, where a transpose raises no error; the network's parts are the right ones.
    """
    y, without_last = np.array([2, 0, 2]), np.array([1, 0, 1])

    def square() -> Arrays:
        return arrays(seed, (3, 3, 3, 3))

    def backward(part: int) -> Any:
        return linear_backward(answer, "", square())[1][part]

    def loss_part(part: int, labels: np.ndarray) -> Any:
        return cross_entropy(answer, "", square()["Z"], labels)[1][part]

    def right_so_far(part: int) -> bool:
        return np.allclose(loss_part(part, y), right_cross_entropy(square()["Z"], y)[part])

    def only_without_last(part: int) -> Any:
        """Of a minibatch that lacks the last class, where the other one is right."""
        return not right_so_far(part) or loss_part(part, without_last)

    def only_oblong(part: int) -> Any:
        """Of more examples than classes, where as many are right."""
        Z = arrays(seed)["Z"]
        return not right_so_far(part) or cross_entropy(answer, "", Z, labels(HIDDEN))[1][part]

    def large(case: int) -> Any:
        """Whether the loss is right for large logits, where it is right for small ones."""
        Z, labels = np.array(LARGE[case][0], np.float64), np.array(LARGE[case][1])
        small = np.allclose(loss_part(0, y), true_loss(square()["Z"], y))
        right = true_loss(Z, labels)
        loss = cross_entropy(answer, "", Z, labels)[1][0] if small else right
        return bool(np.isfinite(loss)), bool(np.isclose(loss, right))

    def of_network(name: str) -> Any:
        with patch.multiple(answer, **RIGHT):
            _, loss, gradients = network(answer, "", square(), y)
        return np.squeeze(gradients[name]) if name else loss

    def changes() -> str:
        a, before = square(), square()
        for name, inputs in (
            ("linear_forward", (a["X"], a["W"], a["b"])),
            ("linear_backward", (a["grad_Z"], a["X"], a["W"])),
            ("softmax_cross_entropy", (a["Z"], y)),
            ("network_gradients", (a["X"], y, *(a[name] for name in PARAMETERS))),
        ):
            with suppress(Exception):
                getattr(answer, name)(*inputs)
        found = [name for name in a if not np.array_equal(a[name], before[name])]
        # Which of them the network's function updates is all the same.
        return str(sorted({"parameters" if name in PARAMETERS else name for name in found}))

    return [
        lambda: answer.linear_forward(*(square()[name] for name in ("X", "W", "b"))),
        *(lambda part=part: np.squeeze(backward(part)) for part in range(3)),
        lambda: str([np.shape(backward(part)) for part in range(3)]),
        *(lambda part=part: loss_part(part, y) for part in range(2)),
        *(lambda part=part: only_without_last(part) for part in range(2)),
        *(lambda part=part: only_oblong(part) for part in range(2)),
        *(lambda case=case: large(case) for case in range(len(LARGE))),
        *(lambda name=name: of_network(name) for name in ("", *PARAMETERS)),
        changes,
    ]


TRIED: dict[str, Any] = {}


def in_network(answer: ModuleType, layers: list[Any]) -> list[Any]:
    """The layers of a network, with the answer's linear layers in place of the tier's own."""

    class Linear:
        training = True

        def __init__(self, weight: np.ndarray, bias: np.ndarray) -> None:
            self.weight, self.bias = weight, bias

        def forward(self, X: np.ndarray) -> np.ndarray:
            self.X = X
            return answer.linear_forward(X, self.weight, self.bias)

        def backward(self, grad_Z: np.ndarray) -> np.ndarray:
            grad_X, self.grad_weight, self.grad_bias = answer.linear_backward(
                grad_Z, self.X, self.weight
            )
            return grad_X

    return [Linear(layer.W, layer.b) if hasattr(layer, "W") else layer for layer in layers]
