"""Judges exercise 14: norms of gradients, layer by layer, and a deep network that gets them.

The norms are compared with finite differences of sum(grad_Y * Y) in every entry of every Z. The
repaired network is judged by what it does. Its ratio may lie where every usual choice that works is
(single networks by He, Xavier, orthogonal weights, 120 draws each: 0.14 to 20), and those that do
not work are not (Xavier with ReLU: below 0.007; variance 1 with tanh: above 10,000).
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checker.adapters import Tier, unchanged
from exercises.checker.catalogue import Metadata
from exercises.checker.checking import Checks, Failed, described, expect_close, expect_shape

METADATA = Metadata(
    level="intermediate",
    minutes=60,
    after=("11", "13"),
    teaches="what changes a gradient on its way back; weights and activations that preserve it",
    names=("gradient_norms", "factor_per_layer", "repaired_network"),
    refused=(),
    shown={
        "numpy": (
            ("numpy/mlp_numpy.py", "MLP.backward"),
            ("common/initializers.py", "draw_weight"),
        )
    },
    questions=(
        "A sigmoid with weights ten times as large: why does that not repair the network?",
        "With ReLU and Xavier's weights the norms of ∂L/∂W are similar in all layers, and those of"
        " ∂L/∂Z are not. How can that be?",
    ),
    experiment="experiments/vanishing_gradients.py",
    playground="dataset=circles&hidden=8,8,8,8,8,8&activation=sigmoid&initializer=xavier-normal",
)
CHECKS = Checks()
N = 7
SIZES = (4, 6, 3, 5, 2)
PAPER = (1, 1, 1)  # to be worked out on paper
DEEP = (8, *[32] * 19, 3)
H = 1e-6
GIVEN, OTHERS = [8.0, 1.0, 2.0], [0.5, 20.0, 300.0, 4.0]
MOST = 50.0
NETWORKS = 5
POINTS, STEPS, RATES, LEARNED = 20, 100, (0.03, 0.01), 0.5
Network = tuple[list[np.ndarray], list[np.ndarray], str]
ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "sigmoid": lambda Z: 1 / (1 + np.exp(-Z)),
    "tanh": np.tanh,
    "relu": lambda Z: np.maximum(Z, 0),
}
DERIVATIVES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "sigmoid": lambda Z: ACTIVATIONS["sigmoid"](Z) * ACTIVATIONS["sigmoid"](-Z),
    "tanh": lambda Z: 1 / np.cosh(Z) ** 2,
    "relu": lambda Z: (Z > 0).astype(float),
}


def outputs(
    X: np.ndarray, network: Network, moved: dict[int, np.ndarray] | None = None
) -> list[np.ndarray]:
    """Every Z, to which something may be added."""
    A, Zs = X, []
    for layer, (W, b) in enumerate(zip(*network[:2], strict=True)):
        Zs.append(A @ W.T + b + (moved or {}).get(layer, 0))
        A = ACTIVATIONS[network[2]](Zs[-1])
    return Zs


def inputs(seed: int, sizes: Sequence[int], activation: str) -> tuple[Any, Any, Any, Any, str]:
    """What `gradient_norms` gets, with no Z near 0, where ReLU has no derivative."""
    if sizes == PAPER:
        weights, biases = [np.array([[2.0]]), np.array([[3.0]])], [np.array([-1.0]), np.zeros(1)]
        return np.ones((1, 1)), np.ones((1, 1)), weights, biases, activation
    for again in range(1000):
        generator = np.random.default_rng((14, seed, again))
        X = generator.normal(size=(N, sizes[0]))
        weights = [generator.normal(size=(o, i)) for i, o in pairwise(sizes)]
        biases = [generator.normal(size=size) for size in sizes[1:]]
        if min(np.abs(Z).min() for Z in outputs(X, (weights, biases, activation))) > 1e-3:
            break
    return X, generator.normal(size=(N, sizes[-1])), weights, biases, activation


@cache
def true_norms(seed: int, sizes: Sequence[int], activation: str) -> np.ndarray:
    X, grad_Y, weights, biases, _ = inputs(seed, sizes, activation)
    network, norms = (weights, biases, activation), []
    for layer, Z in enumerate(outputs(X, network)):
        gradient = np.zeros_like(Z)
        for place in np.ndindex(Z.shape):
            step = np.zeros_like(Z)
            step[place] = H
            above, below = (outputs(X, network, {layer: sign * step})[-1] for sign in (1, -1))
            gradient[place] = (grad_Y * (above - below)).sum() / (2 * H)
        norms.append(np.sqrt((gradient**2).sum()))
    return np.array(norms)


def norms_of(answer: ModuleType, seed: int, sizes: Sequence[int], activation: str) -> np.ndarray:
    call = f"gradient_norms(...), {activation}, sizes {sizes}"
    value = answer.gradient_norms(*inputs(seed, sizes, activation))
    found = np.array(0.0)
    with suppress(TypeError, ValueError):
        found = np.array(value, np.float64)
    if found.ndim != 1:
        raise Failed(call, f"a list of {len(sizes) - 1} numbers", described(value))
    return found


def network_of(answer: ModuleType, sizes: Sequence[int], seed: int) -> Network:
    call = f"repaired_network({sizes_in_words(sizes)}, rng)"
    value = answer.repaired_network(sizes, np.random.default_rng((14, 3, seed)))
    if not isinstance(value, tuple | list) or len(value) != 3:
        count = f"{len(value)} values" if isinstance(value, tuple | list) else described(value)
        raise Failed(call, "the tuple (weights, biases, activation)", count)
    weights, biases, activation = value
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise Failed(call, f"activation one of {', '.join(ACTIVATIONS)}", described(activation))
    for name, arrays in (("weights", weights), ("biases", biases)):
        if not isinstance(arrays, list | tuple) or len(arrays) != len(sizes) - 1:
            got = f"{len(arrays)} {name}" if hasattr(arrays, "__len__") else described(arrays)
            raise Failed(call, f"a list of {len(sizes) - 1} {name}", got)
    return list(weights), list(biases), activation


def sizes_in_words(sizes: Sequence[int]) -> str:
    return "(8, 32, ..., 32, 3)" if sizes == DEEP else str(sizes)


@CHECKS.add("shapes and dtype")
def shapes_of_the_network(answer: ModuleType, tier: Tier, seed: int) -> None:
    weights, biases, _ = network_of(answer, SIZES, seed)
    for layer, (W, b) in enumerate(zip(weights, biases, strict=True)):
        call = f"repaired_network({SIZES}, rng)"
        expect_shape(f"weights[{layer}] of {call}", W, (SIZES[layer + 1], SIZES[layer]))
        expect_shape(f"biases[{layer}] of {call}", b, (SIZES[layer + 1],))


def same_arrays(one: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> bool:
    return len(one) == len(other) and all(map(np.array_equal, one, other))


def norms_left(answer: ModuleType) -> list[float]:
    """What `factor_per_layer` leaves of the list that it is handed."""
    given = list(GIVEN)
    answer.factor_per_layer(given)
    return given


@CHECKS.add("input unchanged")
def inputs_unchanged(answer: ModuleType, tier: Tier, seed: int) -> None:
    for activation in ACTIVATIONS:
        X, grad_Y, weights, biases, _ = inputs(seed, SIZES, activation)
        handed = (X, grad_Y, list(weights), list(biases))
        with suppress(ValueError):  # of shapes that do not fit, which is judged elsewhere
            answer.gradient_norms(*handed, activation)
        before = inputs(seed, SIZES, activation)
        call = "gradient_norms(X, grad_Y, weights, biases, activation)"
        for which, name in ((2, "weights"), (3, "biases")):
            if not same_arrays(handed[which], before[which]):
                raise Failed(call, f"{name} is left as it was", f"{name} was changed in place")
        unchanged(tier, call, X, before[0], "X")
        unchanged(tier, call, grad_Y, before[1], "grad_Y")
    if (left := norms_left(answer)) != GIVEN:
        raise Failed(f"factor_per_layer({GIVEN})", "the list is left as it was", str(left))


@CHECKS.add("values")
def norms(answer: ModuleType, tier: Tier, seed: int) -> None:
    for sizes in (PAPER, SIZES[:2], SIZES[:3], SIZES):
        for activation in ACTIVATIONS:
            got = norms_of(answer, seed, sizes, activation)
            call = f"gradient_norms(...), {activation}, X {(N, SIZES[0])}, sizes {sizes}"
            if sizes == PAPER:
                call = f"gradient_norms([[1]], [[1]], [[[2]], [[3]]], [[-1], [0]], {activation!r})"
            expect_close(call, got, true_norms(seed, sizes, activation))


@CHECKS.add("values")
def factor(answer: ModuleType, tier: Tier, seed: int) -> None:
    for given in ([2.0, 1.0], GIVEN, OTHERS):
        call = f"factor_per_layer({given})"
        got = tier.numbers(call, answer.factor_per_layer(list(given)))
        expected = np.exp((np.log(given[0]) - np.log(given[-1])) / (len(given) - 1))
        expect_close(call, got, expected, what="r = ")


def equal(one: Network, other: Network) -> bool:
    return all(np.array_equal(*pair) for pair in zip(one[0], other[0], strict=True))


@CHECKS.add("properties")
def same_generator_same_network(answer: ModuleType, tier: Tier, seed: int) -> None:
    if not equal(*(network_of(answer, SIZES, seed) for _ in range(2))):
        call = "repaired_network(sizes, rng), two rng with the same seed"
        raise Failed(call, "the same weights", "different weights")


@CHECKS.add("properties")
def other_generator_other_network(answer: ModuleType, tier: Tier, seed: int) -> None:
    if equal(network_of(answer, SIZES, seed), network_of(answer, SIZES, seed + 1)):
        call = "repaired_network(sizes, rng), two rng with different seeds"
        raise Failed(call, "different weights", "the same weights")


def backward(
    X: np.ndarray, Zs: list[np.ndarray], gradient: np.ndarray, network: Network
) -> list[np.ndarray]:
    """∂L/∂Z of each layer, the first layer's first."""
    gradients = [gradient]
    for layer in reversed(range(1, len(Zs))):
        derivative = DERIVATIVES[network[2]](Zs[layer - 1])
        gradients.append(gradients[-1] @ network[0][layer] * derivative)
    return gradients[::-1]


def mean_ratio(answer: ModuleType, seed: int) -> float:
    """The first layer's norm over the last's: the geometric mean over some networks."""
    logarithms = []
    for own in range(NETWORKS):
        network = network_of(answer, DEEP, NETWORKS * seed + own)
        generator = np.random.default_rng((14, 1, seed, own))
        X, grad_Y = (generator.normal(size=(POINTS, size)) for size in (DEEP[0], DEEP[-1]))
        gradients = backward(X, outputs(X, network), grad_Y, network)
        first, last = (np.linalg.norm(gradients[layer]) for layer in (0, -1))
        logarithms.append(np.log(first / last))
    return float(np.exp(np.mean(logarithms)))


@CHECKS.add("properties")
def gradient_reaches_the_first_layer(answer: ModuleType, tier: Tier, seed: int) -> None:
    ratio = mean_ratio(answer, seed)
    if not 1 / MOST <= ratio <= MOST:
        call = f"repaired_network({sizes_in_words(DEEP)}, rng), 20 layers"
        wanted = f"||∂L/∂Z_1|| / ||∂L/∂Z_20|| between {1 / MOST:g} and {MOST:g}"
        raise Failed(call, wanted, f"{ratio:.2g}, a factor of {ratio ** (1 / 19):.2g} per layer")


def least_loss(network: Network, X: np.ndarray, T: np.ndarray, rate: float) -> float:
    """That gradient descent comes to; it stops where that is small enough."""
    weights, biases, activation = network
    least = np.inf
    for _ in range(STEPS + 1):
        Zs = outputs(X, (weights, biases, activation))
        error = Zs[-1] - T
        least = min(least, float((error**2).mean()))
        if least < LEARNED or not np.isfinite(error).all():
            break
        gradients = backward(X, Zs, 2 * error / T.size, (weights, biases, activation))
        As = [X, *map(ACTIVATIONS[activation], Zs[:-1])]
        steps = zip(weights, gradients, As, strict=True)
        weights = [W - rate * G.T @ A for W, G, A in steps]
        biases = [b - rate * G.sum(axis=0) for b, G in zip(biases, gradients, strict=True)]
    return least


@CHECKS.add("behaviour in training")
def repaired_network_learns(answer: ModuleType, tier: Tier, seed: int) -> None:
    generator = np.random.default_rng((14, 2, seed))
    X = generator.normal(size=(POINTS, DEEP[0]))
    T = np.tanh(X @ generator.normal(size=(DEEP[0], DEEP[-1])))
    # Uncorrelated: of three such outputs, units that are all alike can learn only one.
    T = np.linalg.qr(T - T.mean(axis=0))[0] * np.sqrt(POINTS)
    least = np.inf
    # One ReLU network in ten learns slowly, since few of its paths are open: five tries.
    for own in range(NETWORKS):
        network = network_of(answer, DEEP, NETWORKS * seed + own)
        for rate in RATES:
            least = min(least, least_loss(network, X, T, rate))
            if least < LEARNED:
                return
    call = f"{STEPS} steps of gradient descent from repaired_network({sizes_in_words(DEEP)}, rng)"
    wanted = f"a loss below {LEARNED:g} for one of {NETWORKS} networks, at a rate of 0.03 or 0.01"
    raise Failed(call, wanted, f"{least:.3g} at best (a constant reaches 1)")


def probes(answer: ModuleType, tier: Tier, seed: int) -> list[Callable[[], Any]]:
    """The norms, the factor, and in words why a network is not repaired."""

    def norms_shown(activation: str, layers: int = 4) -> Callable[[], Any]:
        return lambda: norms_of(answer, seed, SIZES[: layers + 1], activation)

    def changes() -> str:
        X, grad_Y, weights, biases, _ = inputs(seed, SIZES, "tanh")
        handed = [X, grad_Y, list(weights), list(biases)]
        answer.gradient_norms(*handed, "tanh")
        before = inputs(seed, SIZES, "tanh")[:4]
        return str([same_arrays(*pair) for pair in zip(handed, before, strict=True)])

    def first_shapes() -> str:
        try:
            weights, biases, _ = network_of(answer, SIZES, seed)
        except Failed as failure:
            return f"{failure.expected}: {failure.got}"
        return str([np.shape(array) for array in (*weights, *biases)])

    def drawn(*seeds: int) -> Callable[[], Any]:
        return lambda: equal(*(network_of(answer, SIZES, own) for own in seeds))

    def activation() -> str:
        found = network_of(answer, DEEP, seed)[2]
        repaired = 1 / MOST <= mean_ratio(answer, seed) <= MOST
        return found if found == "sigmoid" and not repaired else "fine"

    def scale() -> str:
        weights, _, name = network_of(answer, DEEP, seed)
        ratio = mean_ratio(answer, seed)
        if name == "sigmoid" or 1 / MOST <= ratio <= MOST:
            return "fine"
        return f"{name}: {scale_of(np.stack(weights[1:-1]), ratio)}"

    def alike() -> bool:
        W = network_of(answer, DEEP, seed)[0][5]
        return bool(np.allclose(W, W[:1]))

    return [
        *(norms_shown(name) for name in ACTIVATIONS),
        *(norms_shown("tanh", 1), norms_shown("tanh", 2), changes),
        # Of equal sizes, where the wrong layer's array fits as well.
        lambda: norms_of(answer, seed, (3, 3, 3, 3), "tanh"),
        lambda: norms_left(answer),
        *(lambda given=given: answer.factor_per_layer(list(given)) for given in (GIVEN, OTHERS)),
        *(first_shapes, drawn(1, 1), drawn(1, 2), activation, scale, alike),
    ]


def scale_of(weights: np.ndarray, ratio: float) -> str:
    """How the weights of the inner layers were drawn, as far as can be told."""
    deviation, size = float(weights.std()), weights.shape[-1]
    if deviation == 0:
        return "constant"
    if weights.min() >= 0:
        return "positive"
    for word, c in (("1/√in", size**-0.5), ("√(2/in)", (2 / size) ** 0.5)):
        if np.abs(weights).max() <= c and deviation > 0.55 * c:
            return f"uniform to {word}"
    if abs(deviation * size**0.5 - 1) < 0.015:
        return "1/in"
    for word, value in {"not rooted": (1, 2), "only 2 rooted": (2**0.5,)}.items():
        if np.isclose(deviation * size, value, rtol=0.015).any():
            return word
    if ratio > MOST:
        return "large"
    return "small" if deviation < size**-0.5 else "of the right size"
