"""Judges exercise 04: four activations, their derivatives, and `compare`.

The derivatives are judged by centred differences of the activations as the lesson defines them.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checker import fair_comparison
from exercises.checker.adapters import Tier, unchanged
from exercises.checker.catalogue import Metadata
from exercises.checker.checking import Checks, Failed, expect_close, expect_shape

ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu")
DERIVATIVES = tuple(f"{name}_derivative" for name in ACTIVATIONS)
METADATA = Metadata(
    level="basic",
    minutes=75,
    after=("10", "11", "13"),
    teaches="activations and their slopes; each at its best rate, several seeds, mean and spread",
    names=(*ACTIVATIONS, *DERIVATIVES, "compare"),
    refused=(
        *(f"activations_numpy.{name}" for name in (*ACTIVATIONS, *DERIVATIVES, "ACTIVATIONS")),
        *("scipy.special.expit", "special.expit"),
    ),
    shown={
        "numpy": (
            ("numpy/activations_numpy.py", "sigmoid"),
            ("numpy/activations_numpy.py", "sigmoid_derivative"),
            ("numpy/activations_numpy.py", "tanh_derivative"),
            ("numpy/activations_numpy.py", "relu_derivative"),
            ("experiments/learning_curves.py", "compare"),
        )
    },
    questions=(
        "The tier's derivatives take A instead of Z. What does that save, and which activations"
        " would not allow it?",
        "Of twenty choices that are all equally good, how often does the best look like a winner"
        " with three seeds?",
    ),
    experiment="experiments/compare_activations.py",
    playground="dataset=circles&hidden=8,8&activation=sigmoid",
)
CHECKS = Checks()
SHAPE = (3, 5, 2)
SLOPE = 0.2
H = 1e-5
LARGE = (-1000.0, -50.0, 50.0, 1000.0)
TRUE: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "sigmoid": lambda Z, slope: (1 + np.tanh(Z / 2)) / 2,
    "tanh": lambda Z, slope: np.tanh(Z),
    "relu": lambda Z, slope: (Z + np.abs(Z)) / 2,
    "leaky_relu": lambda Z, slope: (Z + np.abs(Z)) / 2 + slope * (Z - np.abs(Z)) / 2,
}


def inputs(seed: int) -> np.ndarray:
    """Entries between 0.3 and 3 in size, half of them negative: none at the bend."""
    generator = np.random.default_rng((4, seed))
    signs = generator.permutation(np.resize([-1.0, 1.0], SHAPE).ravel()).reshape(SHAPE)
    return generator.uniform(0.3, 3, SHAPE) * signs


def of(answer: ModuleType, name: str, Z: np.ndarray, slope: float | None = None) -> Any:
    """What a function of the answer returns; the slope goes to the leaky ones."""
    function = getattr(answer, name)
    return function(Z) if slope is None or "leaky" not in name else function(Z, slope)


def numbers(answer: ModuleType, tier: Tier, name: str, Z: list[float]) -> np.ndarray:
    call = f"{name}({Z})"
    value = tier.numbers(call, of(answer, name, np.array(Z)))
    if value.shape != (len(Z),):
        raise Failed(call, f"shape {(len(Z),)}", f"shape {value.shape}")
    return value


def slopes(name: str) -> tuple[tuple[float, float | None], ...]:
    """The slopes that a function is judged with: the default, and one that is handed in."""
    return ((0.01, None), (SLOPE, SLOPE)) if "leaky" in name else ((0.01, None),)


@CHECKS.add("shapes and dtype")
def shape_and_dtype(answer: ModuleType, tier: Tier, seed: int) -> None:
    for name in (*ACTIVATIONS, *DERIVATIVES):
        for Z in (inputs(seed), inputs(seed)[0, :, 0]):
            call = f"{name}(Z), Z of shape {Z.shape}"
            value = of(answer, name, Z.copy())
            expect_shape(call, value, Z.shape)
            dtype = tier.dtype(call, value)
            # Whole numbers and booleans multiply a gradient as well as floats do.
            whole = name in DERIVATIVES and np.asarray(value).dtype.kind in "biu"
            if dtype != "float64" and not whole:
                raise Failed(call, "dtype float64", f"dtype {dtype}")


@CHECKS.add("input unchanged")
def inputs_unchanged(answer: ModuleType, tier: Tier, seed: int) -> None:
    for name in (*ACTIVATIONS, *DERIVATIVES):
        Z = inputs(seed)
        of(answer, name, Z)
        unchanged(tier, f"{name}(Z)", Z, inputs(seed), "Z")


@CHECKS.add("values")
def activations(answer: ModuleType, tier: Tier, seed: int) -> None:
    for name in ACTIVATIONS:
        for slope, given in slopes(name):
            few = [-2.0, -0.5, 0.0, 0.5, 2.0] if name.endswith("relu") else [-2.0, -0.5, 0.5, 2.0]
            text = few if given is None else f"{few}, {given}"
            got = tier.numbers(f"{name}({text})", of(answer, name, np.array(few), given))
            expect_close(f"{name}({text})", got, TRUE[name](np.array(few), slope))
            Z = inputs(seed)
            call = f"{name}(Z{'' if given is None else f', {given}'}), Z of shape {Z.shape}"
            got = tier.numbers(call, of(answer, name, Z.copy(), given))
            expect_close(call, got, TRUE[name](Z, slope))


@CHECKS.add("properties")
def large_entries(answer: ModuleType, tier: Tier, seed: int) -> None:
    for name in ACTIVATIONS:
        Z = list(LARGE)
        expect_close(f"{name}({Z})", numbers(answer, tier, name, Z), TRUE[name](np.array(Z), 0.01))


@CHECKS.add("gradients")
def derivatives(answer: ModuleType, tier: Tier, seed: int) -> None:
    for name, true in TRUE.items():
        for slope, given in slopes(name):
            for Z in (np.array([-2.0, -0.5, 0.5, 2.0]), inputs(seed)):
                text = f"Z of shape {Z.shape}" if Z.ndim > 1 else str(Z.tolist())
                text += "" if given is None else f", {given}"
                call = f"{name}_derivative({text})"
                expected = (true(Z + H, slope) - true(Z - H, slope)) / (2 * H)
                value = of(answer, f"{name}_derivative", Z.copy(), given)
                expect_close(call, tier.numbers(call, value), expected)


@CHECKS.add("gradients")
def derivatives_at_the_bend(answer: ModuleType, tier: Tier, seed: int) -> None:
    for name, least in (("relu", 0.0), ("leaky_relu", 0.01)):
        (got,) = numbers(answer, tier, f"{name}_derivative", [0.0])
        if not least - 1e-6 <= got <= 1 + 1e-6:
            call = f"{name}_derivative([0.0])"
            raise Failed(call, f"a number from {least:g} to 1", f"{got:.6g}")


@CHECKS.add("gradients")
def derivatives_of_large_entries(answer: ModuleType, tier: Tier, seed: int) -> None:
    for name, left, right in (("sigmoid", 0, 0), ("tanh", 0, 0), ("relu", 0, 1)):
        Z = list(LARGE)
        got = numbers(answer, tier, f"{name}_derivative", Z)
        expect_close(f"{name}_derivative({Z})", got, [left, left, right, right])


CHECKS.all += fair_comparison.CHECKS.all


def probes(answer: ModuleType, tier: Tier, seed: int) -> list[Callable[[], Any]]:
    """What each function returns: for common entries, for large ones, at 0; and `compare`."""

    def shown(name: str, Z: np.ndarray, slope: float | None = None) -> Any:
        value = of(answer, name, Z.copy(), slope)
        dtype = str(np.asarray(value).dtype)
        return [dtype == "float32", np.array(value, np.float64)]

    def finite(name: str) -> bool:
        return bool(np.isfinite(of(answer, name, np.array(LARGE))).all())

    def stops_short() -> bool:
        low = of(answer, "sigmoid", np.array([-50.0]))[0]
        return bool(1e-6 < low < 0.01)

    def at_the_bend(name: str, least: float) -> str:
        """In between, too, where the derivative is wrong beside the bend: that shows there."""
        left, got, right = np.array(of(answer, name, np.array([-1.0, 0.0, 1.0])), np.float64)
        if not np.allclose((left, right), (least, 1)):
            return "between"
        return "between" if least - 1e-6 <= got <= 1 + 1e-6 else str(got)

    def changed(name: str) -> bool:
        Z = inputs(seed)
        of(answer, name, Z)
        return not np.array_equal(Z, inputs(seed))

    names = (*ACTIVATIONS, *DERIVATIVES)
    return [
        *(lambda name=name: shown(name, inputs(seed)) for name in names),
        *(lambda name=name: finite(name) for name in names),
        *(lambda name=name: changed(name) for name in names),
        stops_short,
        *(lambda name=name: shown(name, inputs(seed), SLOPE) for name in names if "leaky" in name),
        lambda: at_the_bend("relu_derivative", 0),
        lambda: at_the_bend("leaky_relu_derivative", 0.01),
        *fair_comparison.probes(answer, seed),
    ]


TRIED = {"activation": "relu"}


def in_network(answer: ModuleType, layers: list[Any]) -> list[Any]:
    """The layers of a network, with the answer's ReLU in place of the tier's own."""

    class ReLU:
        training = True

        def forward(self, Z: np.ndarray) -> np.ndarray:
            self.Z = Z
            return answer.relu(Z)

        def backward(self, grad_A: np.ndarray) -> np.ndarray:
            return grad_A * answer.relu_derivative(self.Z)

    return [ReLU() if type(layer).__name__ == "Activation" else layer for layer in layers]
