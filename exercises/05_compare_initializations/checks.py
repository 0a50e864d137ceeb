"""Judges exercise 05: Xavier's and He's weights, normal and uniform, and `compare`.

Mean and standard deviation are judged over 28,000 weights, and may stray by six standard
errors, which a right answer does once in 500 million draws.
"""

import math
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checker import fair_comparison
from exercises.checker.adapters import Tier
from exercises.checker.catalogue import Metadata
from exercises.checker.checking import Checks, Failed, expect_shape

INITIALIZERS = ("xavier_normal", "xavier_uniform", "he_normal", "he_uniform")
METADATA = Metadata(
    level="basic",
    minutes=60,
    after=("10", "11", "13"),
    teaches="variances of Xavier and He, two distributions; each at its best rate, several seeds",
    names=(*INITIALIZERS, "compare"),
    refused=(
        *("initializers.draw_weight", "common.initializers.draw_weight"),
        *("initializers.initial_weights", "common.initializers.initial_weights"),
    ),
    shown={
        "numpy": (
            ("common/initializers.py", "draw_weight"),
            ("experiments/learning_curves.py", "compare"),
        )
    },
    questions=(
        "Ten layers each have weights whose variance is half of what it should be. By what factor"
        " is the signal at the end too small, and does a larger learning rate make up for it?",
        "If the learning rate were the same for all, what would the comparison be about?",
    ),
    experiment="experiments/compare_initializers.py",
    playground="dataset=spiral&hidden=16,16&initializer=zeros",
)
CHECKS = Checks()
SHAPES = ((200, 140), (80, 350))
KURTOSIS = {"normal": 3.0, "uniform": 1.8}
# Standard deviations that learners arrive at, by d_out and d_in: what a mistake is known by.
FORMULAS: dict[str, Callable[[int, int], float]] = {
    "sqrt(2 / (in + out))": lambda o, i: math.sqrt(2 / (i + o)),
    "sqrt(2 / in)": lambda o, i: math.sqrt(2 / i),
    "2 / (in + out)": lambda o, i: 2 / (i + o),
    "2 / in": lambda o, i: 2 / i,
    "sqrt(2) / (in + out)": lambda o, i: math.sqrt(2) / (i + o),
    "sqrt(2) / in": lambda o, i: math.sqrt(2) / i,
    "6 / (in + out) / sqrt(3)": lambda o, i: 6 / (i + o) / math.sqrt(3),
    "6 / in / sqrt(3)": lambda o, i: 6 / i / math.sqrt(3),
    "sqrt(1 / in)": lambda o, i: math.sqrt(1 / i),
    "sqrt(1 / (in + out))": lambda o, i: math.sqrt(1 / (i + o)),
    "sqrt(2 / out)": lambda o, i: math.sqrt(2 / o),
    "sqrt(6 / (in + out))": lambda o, i: math.sqrt(6 / (i + o)),
    "sqrt(6 / in)": lambda o, i: math.sqrt(6 / i),
    "sqrt(2 / (in + out) / 3)": lambda o, i: math.sqrt(2 / (i + o) / 3),
    "sqrt(2 / in / 3)": lambda o, i: math.sqrt(2 / i / 3),
    "sqrt(2 / (in + out)) / 2": lambda o, i: math.sqrt(2 / (i + o)) / 2,
    "sqrt(2 / in) / 2": lambda o, i: math.sqrt(2 / i) / 2,
    "sqrt(2 / (in out))": lambda o, i: math.sqrt(2 / (i * o)),
    "sqrt(2) / (sqrt(in) + sqrt(out))": lambda o, i: math.sqrt(2) / (i**0.5 + o**0.5),
    "sqrt(2 / (sqrt(in) + sqrt(out)))": lambda o, i: math.sqrt(2 / (i**0.5 + o**0.5)),
    "sqrt(2 / in + out)": lambda o, i: math.sqrt(2 / i + o),
    "sqrt(2 / (in + out)), sizes": lambda o, i: math.sqrt(2 / (i + o) * (1 - 2 / math.pi)),
    "sqrt(2 / in), sizes": lambda o, i: math.sqrt(2 / i * (1 - 2 / math.pi)),
    "sqrt(2 / (in + out)), cut at 2": lambda o, i: math.sqrt(2 / (i + o)) * 0.9594,
    "sqrt(2 / in), cut at 2": lambda o, i: math.sqrt(2 / i) * 0.9594,
    "0": lambda o, i: 0,
    "0.01": lambda o, i: 0.01,
    "1": lambda o, i: 1,
}


def right(name: str, d_out: int, d_in: int) -> float:
    """The standard deviation that an initializer asks for."""
    return math.sqrt(2 / (d_in + d_out) if name.startswith("xavier") else 2 / d_in)


def generator(seed: int) -> np.random.Generator:
    return np.random.default_rng((5, seed))


def weights(answer: ModuleType, tier: Tier, name: str, shape: tuple[int, int], seed: int) -> Any:
    """The call, and its entries one after the other."""
    call = f"{name}({shape[0]}, {shape[1]}, rng)"
    W = tier.numbers(call, getattr(answer, name)(*shape, generator(seed))).ravel()
    if W.size != math.prod(shape):
        raise Failed(call, f"{math.prod(shape)} weights", f"{W.size}")
    return call, W


def kurtosis(W: np.ndarray) -> float:
    """The fourth power of the distance from the mean, in standard deviations: its mean."""
    squares = np.square(W - W.mean())
    return float(np.square(squares).mean() / squares.mean() ** 2)


def furthest_deviation(name: str, count: int) -> float:
    """Six standard errors of a standard deviation, relative to it."""
    return 3 * math.sqrt((KURTOSIS[name.partition("_")[2]] - 1) / count)


@CHECKS.add("shapes and dtype")
def shape_and_dtype(answer: ModuleType, tier: Tier, seed: int) -> None:
    for name in INITIALIZERS:
        call = f"{name}(4, 3, rng)"
        W = getattr(answer, name)(4, 3, generator(seed))
        expect_shape(call, W, (4, 3))
        if (dtype := tier.dtype(call, W)) != "float64":
            raise Failed(call, "dtype float64", f"dtype {dtype}")


@CHECKS.add("values")
def all_chance_from_rng(answer: ModuleType, tier: Tier, seed: int) -> None:
    for name in INITIALIZERS:
        call, seen = f"{name}(40, 30, rng)", draws(answer, name, seed)
        if not seen["each"]:
            raise Failed(call, "every entry is drawn independently", "entries that are equal")
        if not seen["same seed"]:
            twice = f"{call} with two generators of the same seed"
            raise Failed(twice, "the same weights", "others")
        if not seen["next"]:
            raise Failed(f"{call} twice with the same rng", "other weights", "the same weights")
        if not seen["other seed"]:
            raise Failed(f"{call} with another rng", "other weights", "the same weights")


def draws(answer: ModuleType, name: str, seed: int) -> dict[str, bool]:
    """What is right of the way that an initializer draws."""
    function, rng = getattr(answer, name), generator(seed)
    W, following = (np.array(function(40, 30, rng)) for _ in range(2))
    same, other = (np.array(function(40, 30, generator(s))) for s in (seed, seed + 1))
    return {
        "each": np.unique(W).size == W.size,
        "same seed": np.array_equal(W, same),
        "next": not np.array_equal(W, following),
        "other seed": not np.array_equal(W, other),
    }


@CHECKS.add("values")
def mean_is_0(answer: ModuleType, tier: Tier, seed: int) -> None:
    for name in INITIALIZERS:
        for shape in SHAPES:
            call, W = weights(answer, tier, name, shape, seed)
            if not abs(W.mean()) <= 6 * W.std() / math.sqrt(W.size):
                raise Failed(call, "weights with the mean 0", f"the mean {W.mean():.4g}")


@CHECKS.add("values")
def standard_deviation(answer: ModuleType, tier: Tier, seed: int) -> None:
    for name in INITIALIZERS:
        for shape in SHAPES:
            call, W = weights(answer, tier, name, shape, seed)
            expected = right(name, *shape)
            if not abs(W.std() / expected - 1) <= furthest_deviation(name, W.size):
                words = f"weights with the standard deviation {expected:.4f}"
                words += f", the root of 2/{2 / expected**2:.0f}"
                if name.endswith("uniform"):
                    words += f": from {-expected * 3**0.5:.4f} to {expected * 3**0.5:.4f}"
                got = f"{W.std():.4f}; from {W.min():.4f} to {W.max():.4f}"
                raise Failed(call, words, got)


@CHECKS.add("properties")
def distribution(answer: ModuleType, tier: Tier, seed: int) -> None:
    for name in INITIALIZERS:
        call, W = weights(answer, tier, name, SHAPES[0], seed)
        W = (W - W.mean()) / W.std()
        share = float((np.abs(W) > math.sqrt(3) * 1.01).mean())
        if kind(W) == name.partition("_")[2]:
            continue
        if name.endswith("uniform"):
            expected = "a uniform distribution: none beyond 1.75 standard deviations"
        else:
            expected = "a normal distribution: 8.0 % beyond 1.75 standard deviations"
        got = f"{share:.1%} beyond, the farthest at {np.abs(W).max():.2f}"
        raise Failed(call, expected, got)


def kind(W: np.ndarray) -> str:
    """Which distribution entries come from: normal, uniform, or another."""
    near = [name for name, value in KURTOSIS.items() if abs(kurtosis(W) / value - 1) < 0.07]
    return near[0] if near else "another"


CHECKS.all += fair_comparison.CHECKS.all


def probes(answer: ModuleType, tier: Tier, seed: int) -> list[Callable[[], Any]]:
    """Shape, chance, mean, size and distribution of each initializer; and `compare`."""

    @cache
    def drawn(name: str, size: tuple[int, int]) -> np.ndarray:
        return weights(answer, tier, name, size, seed)[1]

    @cache
    def seen(name: str) -> dict[str, bool]:
        return draws(answer, name, seed)

    def shape(name: str) -> Any:
        W = np.asarray(getattr(answer, name)(4, 3, generator(seed)))
        return [W.shape, W.dtype == np.float32]

    def formula(name: str) -> str:
        """The formula that fits the weights of all shapes; "right", where that is the right one."""
        fitting = set(FORMULAS)
        for size in SHAPES:
            deviation = drawn(name, size).std()
            if abs(deviation / right(name, *size) - 1) > 0.02:
                fitting.add("wrong")
            values = {key: formula(*size) for key, formula in FORMULAS.items()}
            fitting -= {k for k, v in values.items() if not abs(deviation - v) <= 0.02 * v}
        if "wrong" not in fitting:
            return "right"
        return str(sorted(fitting)) if len(fitting) > 1 else f"{deviation:.9f}"

    def sign(name: str) -> float:
        W = drawn(name, SHAPES[0])
        return np.sign(W.mean()) if abs(W.mean()) > 0.1 * W.std() else 0.0

    return [
        *(lambda name=name: shape(name) for name in INITIALIZERS),
        *(
            lambda name=name, what=what: seen(name)[what]
            for name in INITIALIZERS
            for what in ("each", "same seed", "next", "other seed")
        ),
        *(lambda name=name: formula(name) for name in INITIALIZERS),
        *(lambda name=name: sign(name) for name in INITIALIZERS),
        *(lambda name=name: kind(drawn(name, SHAPES[0])) for name in INITIALIZERS),
        *fair_comparison.probes(answer, seed),
    ]


TRIED = {"initializer": "he-normal"}


def in_network(answer: ModuleType, layers: list[Any]) -> list[Any]:
    """The layers of a network, whose first weights the answer's `he_normal` has drawn."""
    rng = np.random.default_rng(0)
    for layer in layers:
        if hasattr(layer, "W"):
            layer.W[...] = answer.he_normal(*layer.W.shape, rng)
    return layers
