"""Judges exercise 13: linear layers collapsed into one, and a ReLU network that cannot be.

W and b are read off the linear network's outputs at 0 and at the unit vectors, so that their
formula is not trusted twice. All sizes of a network differ, since equal ones hide a transpose.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checker.adapters import Tier
from exercises.checker.catalogue import Metadata
from exercises.checker.checking import Checks, Failed, described, expect_close, expect_shape

METADATA = Metadata(
    level="basic",
    minutes=30,
    teaches="stacked linear layers are one; where the biases go; what a ReLU changes",
    names=("linear_forward", "relu_forward", "collapse", "counterexample"),
    refused=("experiments.linear_collapse.collapsed",),
    shown={"numpy": (("experiments/linear_collapse.py", "collapsed"),)},
    questions=(
        "A linear network of sizes 100, 2, 100 has fewer numbers than the one layer that computes"
        " the same. Which layers from 100 to 100 can it not imitate?",
        "The collapsed network computes the same. Does gradient descent train it the same way?",
    ),
    experiment="experiments/linear_collapse.py",
    playground="dataset=xor&hidden=8,8&activation=identity",
)
CHECKS = Checks()
Layers = list[tuple[np.ndarray, np.ndarray]]
ROWS = 8
SIZES = ((5, 4, 3, 2), (3, 5, 4, 6, 2, 7), (3, 3, 3))
GAP = 1e-3

# Small enough to be worked out on paper, as the first hint does.
PAPER = "[([[1, 2]], [3]), ([[4], [-5]], [6, 7])]"
PAPER_X = "[[1, 1], [1, -3]]"


def on_paper() -> tuple[np.ndarray, Layers]:
    first = np.array([[1.0, 2.0]]), np.array([3.0])
    second = np.array([[4.0], [-5.0]]), np.array([6.0, 7.0])
    return np.array([[1.0, 1.0], [1.0, -3.0]]), [first, second]


def network(seed: int, sizes: Sequence[int]) -> tuple[np.ndarray, Layers]:
    """A minibatch, and layers of these sizes, drawn afresh in each call."""
    generator = np.random.default_rng((13, seed, *sizes))
    X = generator.normal(size=(ROWS, sizes[0]))
    shapes = [(outputs, inputs) for inputs, outputs in pairwise(sizes)]
    return X, [(generator.normal(size=shape), generator.normal(size=shape[0])) for shape in shapes]


def output(X: np.ndarray, layers: Layers, relu: bool) -> np.ndarray:
    for place, (W, b) in enumerate(layers):
        if relu and place:
            X = np.where(X > 0, X, 0)
        X = np.einsum("ni,oi->no", X, W) + b
    return X


def true_collapse(layers: Layers) -> tuple[np.ndarray, np.ndarray]:
    """From f(0) = b and f(unit vector i) = column i of W, plus b."""
    inputs = layers[0][0].shape[1]
    (b,) = output(np.zeros((1, inputs)), layers, relu=False)
    return (output(np.eye(inputs), layers, relu=False) - b).T, b


def cases(seed: int) -> list[tuple[str, str, np.ndarray, Layers]]:
    """Words for X and for layers, X, and layers: the smallest case first."""
    drawn = []
    for sizes in SIZES:
        X, layers = network(seed, sizes)
        words = f"layers of sizes {', '.join(map(str, sizes))}"
        drawn.append((f"X {X.shape}", words, X, layers))
    return [(PAPER_X, PAPER, *on_paper()), *drawn]


def copied(layers: Layers) -> Layers:
    """What an answer may spoil; that it must not is judged elsewhere."""
    return [(W.copy(), b.copy()) for W, b in layers]


def collapsed(answer: ModuleType, words: str, layers: Layers) -> tuple[str, Any, Any]:
    """The call, and the W and the b that `collapse` returned."""
    call = f"collapse({words})"
    value = answer.collapse(copied(layers))
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise Failed(call, "the tuple (W, b)", described(value))
    return call, *value


@CHECKS.add("shapes and dtype")
def shape_of_the_collapsed_bias(answer: ModuleType, tier: Tier, seed: int) -> None:
    for _, words, _, layers in cases(seed):
        call, _, b = collapsed(answer, words, layers)
        expect_shape(f"b of {call}", b, layers[-1][1].shape)


def returned(answer: ModuleType, name: str, seed: int) -> list[Any]:
    """The arrays that a function returns for layers of equal sizes."""
    X, layers = network(seed, (3, 3, 3))
    if name == "collapse":
        return list(collapsed(answer, "layers", layers)[1:])
    return [getattr(answer, name)(X, layers)]


@CHECKS.add("shapes and dtype")
def dtype_of_the_results(answer: ModuleType, tier: Tier, seed: int) -> None:
    for name in METADATA.names[:3]:
        call = "collapse(layers)" if name == "collapse" else f"{name}(X, layers)"
        for array in returned(answer, name, seed):
            dtype = tier.dtype(call, array)
            if dtype != "float64":
                raise Failed(call, "float64, like the arrays that are passed in", dtype)


def change(answer: ModuleType, name: str, seed: int, sizes: Sequence[int]) -> str:
    """What a function changes of what it is handed; empty if nothing."""
    (X, layers), (X_before, before) = network(seed, sizes), network(seed, sizes)
    handed = list(layers)
    function = getattr(answer, name)
    with suppress(ValueError):  # of shapes that do not fit, which is judged elsewhere
        function(handed) if name == "collapse" else function(X, handed)
    places = [[id(layer) for layer in each] for each in (handed, layers)]
    if len(handed) != len(layers):
        return "the list has a different number of layers"
    if sorted(places[0]) != sorted(places[1]):
        return "a layer in the list was replaced"
    if places[0] != places[1]:
        return "the list has its layers in a different order"
    if not np.array_equal(X, X_before):
        return "X was changed in place"
    if not all(
        np.array_equal(array, old)
        for layer, layer_before in zip(layers, before, strict=True)
        for array, old in zip(layer, layer_before, strict=True)
    ):
        return "a W or b was changed in place"
    return ""


def expect_unchanged(answer: ModuleType, name: str, seed: int) -> None:
    found = change(answer, name, seed, SIZES[0])
    if found:
        call = "collapse(layers)" if name == "collapse" else f"{name}(X, layers)"
        raise Failed(call, "X, the list of layers and its arrays stay as they were", found)


# Each function by itself, so that of two mistakes the first one is named.
@CHECKS.add("input unchanged")
def unchanged_by_linear_forward(answer: ModuleType, tier: Tier, seed: int) -> None:
    expect_unchanged(answer, "linear_forward", seed)


@CHECKS.add("input unchanged")
def unchanged_by_relu_forward(answer: ModuleType, tier: Tier, seed: int) -> None:
    expect_unchanged(answer, "relu_forward", seed)


@CHECKS.add("input unchanged")
def unchanged_by_collapse(answer: ModuleType, tier: Tier, seed: int) -> None:
    expect_unchanged(answer, "collapse", seed)


@CHECKS.add("values")
def linear_output(answer: ModuleType, tier: Tier, seed: int) -> None:
    for X_words, words, X, layers in cases(seed):
        call = f"linear_forward({X_words}, {words})"
        expected = output(X, layers, relu=False)
        Z = answer.linear_forward(X.copy(), copied(layers))
        expect_close(call, tier.numbers(call, Z), expected)


@CHECKS.add("values")
def relu_output(answer: ModuleType, tier: Tier, seed: int) -> None:
    for X_words, words, X, layers in cases(seed):
        call = f"relu_forward({X_words}, {words})"
        expected = output(X, layers, relu=True)
        Z = answer.relu_forward(X.copy(), copied(layers))
        expect_close(call, tier.numbers(call, Z), expected)


@CHECKS.add("values")
def collapsed_weight(answer: ModuleType, tier: Tier, seed: int) -> None:
    for _, words, _, layers in cases(seed):
        call, W, _ = collapsed(answer, words, layers)
        expect_close(call, tier.numbers(f"W of {call}", W), true_collapse(layers)[0], what="W: ")


@CHECKS.add("values")
def collapsed_bias(answer: ModuleType, tier: Tier, seed: int) -> None:
    for _, words, _, layers in cases(seed):
        call, _, b = collapsed(answer, words, layers)
        b = tier.numbers(f"b of {call}", b).reshape(-1)  # its shape is judged elsewhere
        expect_close(call, b, true_collapse(layers)[1], what="b: ")


@CHECKS.add("properties")
def a_single_layer(answer: ModuleType, tier: Tier, seed: int) -> None:
    X, (layer,) = network(seed, (4, 3))
    Z = output(X, [layer], relu=False)
    for name, forward in (("linear", answer.linear_forward), ("relu", answer.relu_forward)):
        call = f"{name}_forward(X, [(W, b)]), a single layer"
        expect_close(call, tier.numbers(call, forward(X.copy(), copied([layer]))), Z)
    call, W, b = collapsed(answer, "[(W, b)]", [layer])
    expect_close(call, tier.numbers(call, W), layer[0], what="that W: ")
    expect_close(call, tier.numbers(call, b).reshape(-1), layer[1], what="that b: ")


@CHECKS.add("properties")
def one_point_or_one_output(answer: ModuleType, tier: Tier, seed: int) -> None:
    for rows, sizes in ((1, (4, 3, 2)), (ROWS, (4, 3, 1))):
        X, layers = network(seed, sizes)
        for name in METADATA.names[:2]:
            call = f"{name}(X {(rows, sizes[0])}, layers of sizes {', '.join(map(str, sizes))})"
            Z = getattr(answer, name)(X[:rows].copy(), copied(layers))
            expect_shape(call, Z, (rows, sizes[-1]))


def chosen(value: Any) -> tuple[Layers, np.ndarray, np.ndarray]:
    """The reader's counterexample, if its parts fit together."""
    call = "counterexample()"
    if not isinstance(value, tuple | list) or len(value) != 3:
        raise Failed(call, "the tuple (layers, x, y)", described(value))
    given, x, y = value
    pairs = isinstance(given, tuple | list) and all(
        isinstance(layer, tuple | list) and len(layer) == 2 for layer in given
    )
    if not pairs:
        raise Failed(call, "layers is a list of tuples (W, b)", described(given))
    if len(given) < 2:
        raise Failed(call, "at least two layers, with a ReLU between them", f"{len(given)}")
    layers = [(np.asarray(W, np.float64), np.asarray(b, np.float64)) for W, b in given]
    points = np.asarray(x, np.float64), np.asarray(y, np.float64)
    for number, (W, b) in enumerate(layers, 1):
        if W.ndim != 2 or b.shape != W.shape[:1]:
            got = f"W {W.shape} and b {b.shape}"
            raise Failed(call, f"W (out, in) and b (out,) in layer {number}", got)
    for number, ((W, _), (following, _)) in enumerate(pairwise(layers), 1):
        if len(W) != following.shape[1]:
            got = f"{len(W)} out of layer {number}, {following.shape[1]} into layer {number + 1}"
            raise Failed(call, "layers that fit together, W being (out, in)", got)
    for name, point in zip("xy", points, strict=True):
        if point.shape != layers[0][0].shape[1:]:
            wanted = f"{name} of shape {layers[0][0].shape[1:]}, the inputs of the first layer"
            raise Failed(call, wanted, f"shape {point.shape}")
    return layers, *points


@CHECKS.add("properties")
def counterexample(answer: ModuleType, tier: Tier, seed: int) -> None:
    layers, x, y = chosen(answer.counterexample())
    g_x, g_y, middle = output(np.stack([x, y, (x + y) / 2]), layers, relu=True)
    mean = (g_x + g_y) / 2
    limit = GAP * max(1.0, *(np.abs(g).max(initial=0) for g in (g_x, g_y, middle)))
    if not (np.isfinite(limit) and np.abs(middle - mean).max(initial=0) >= limit):
        place = int(np.abs(middle - mean).argmax()) if middle.size else 0
        numbers = [f"{g[place]:.6g}" for g in (mean, middle)] if middle.size else ["none", "none"]
        raise Failed(
            "g of your layers, at x, at y and at their midpoint",
            f"output {place} at the midpoint is not the mean, {numbers[0]}",
            f"{numbers[1]}, as a linear network would have it",
        )


def kind_of_counterexample(answer: ModuleType) -> str:
    """What keeps the choice from being a counterexample."""
    value = answer.counterexample()
    try:
        layers, x, y = chosen(value)
    except Failed as failure:
        if not isinstance(value, tuple | list) or len(value) != 3:
            return described(value).partition("(")[0]
        with suppress(Failed, ValueError, TypeError, AttributeError):
            given, x, y = value
            chosen(([(np.transpose(W), b) for W, b in given], x, y))
            return "W transposed"
        # Without shapes, which are the reader's choice.
        return " ".join(word for word in failure.expected.split() if not word.startswith("("))
    if np.array_equal(x, y):
        return "one point"
    g_x, g_y, middle = output(np.stack([x, y, (x + y) / 2]), layers, relu=True)
    bend = np.abs(middle - (g_x + g_y) / 2).max()
    if bend >= GAP:
        return "bends"
    if bend > 1e-9:
        return "bends too little"
    for depth in range(1, len(layers)):
        Z = output(np.stack([x, y]), layers[:depth], relu=True)
        if (Z[0] * Z[1] < 0).any():
            return "bent and cancelled"
    return "no unit bends"


def probes(answer: ModuleType, tier: Tier, seed: int) -> list[Callable[[], Any]]:
    """The functions on layers of equal sizes, where a transpose or an order raises no error."""

    def drawn(depth: int) -> tuple[np.ndarray, Layers]:
        return network(seed, (3,) * (depth + 1))

    def collapse(depth: int, part: int) -> Callable[[], Any]:
        return lambda: np.squeeze(collapsed(answer, "", drawn(depth)[1])[1 + part])

    def single(part: int) -> Any:
        """Of one layer, where two can be collapsed."""
        try:
            answer.collapse(drawn(2)[1])
        except Exception:
            return "fails, as with two"
        return collapse(1, part)()

    def kind() -> Any:
        value = answer.collapse(drawn(2)[1])
        if not isinstance(value, tuple | list) or len(value) != 2:
            return described(value).partition("(")[0]
        return [list(np.shape(part)) for part in value]

    def dtypes(name: str) -> list[str]:
        return [str(np.asarray(array).dtype) for array in returned(answer, name, seed)]

    def one_point(name: str) -> tuple[int, ...]:
        X, layers = drawn(2)
        return np.shape(getattr(answer, name)(X[:1], layers))

    return [
        *(lambda depth=depth: answer.linear_forward(*drawn(depth)) for depth in (1, 2, 4)),
        *(lambda depth=depth: answer.relu_forward(*drawn(depth)) for depth in (1, 2, 4)),
        *(collapse(depth, part) for depth in (2, 4) for part in (0, 1)),
        *(lambda part=part: single(part) for part in (0, 1)),
        kind,
        lambda: kind_of_counterexample(answer),
        *(lambda name=name: change(answer, name, seed, (3, 3, 3)) for name in METADATA.names[:3]),
        *(lambda name=name: dtypes(name) for name in METADATA.names[:3]),
        *(lambda name=name: one_point(name) for name in METADATA.names[:2]),
    ]
