"""Judges exercise 11: a linear layer, softmax cross-entropy, and a network of two layers.

All sizes differ, since equal ones hide a transpose. The network is compared with finite differences
of its loss as the lesson defines it, so that no formula is trusted twice.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from exercises.adapters import Tier, unchanged
from exercises.catalogue import About
from exercises.checking import Checks, Failed, described, expect_close, expect_shape

ABOUT = About(
    level="basic",
    minutes=60,
    teaches="the chain rule through linear layers, tanh and softmax; where gradients add up",
    names=("linear_forward", "linear_backward", "softmax_cross_entropy", "network_gradients"),
    refused=(),
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
    experiment="python docs/one_page.py",
)
CHECKS = Checks()
N, IN, HIDDEN, CLASSES = 5, 4, 3, 2
H = 1e-5


def arrays(seed: int) -> dict[str, np.ndarray]:
    """The inputs of every function, by name; Z and grad_Z are those of a layer IN → HIDDEN."""
    generator = np.random.default_rng((11, seed))
    shapes = {"X": (N, IN), "W": (HIDDEN, IN), "b": (HIDDEN,), "grad_Z": (N, HIDDEN)}
    shapes |= {"Z": (N, HIDDEN), "W1": (HIDDEN, IN), "b1": (HIDDEN,)}
    shapes |= {"W2": (CLASSES, HIDDEN), "b2": (CLASSES,)}
    return {name: generator.normal(size=shape) for name, shape in shapes.items()}


def labels(classes: int) -> np.ndarray:
    return np.arange(N) % classes


def several(call: str, value: Any, names: tuple[str, ...]) -> Any:
    """What a call returned, if it is a tuple of so many."""
    if not isinstance(value, tuple | list) or len(value) != len(names):
        raise Failed(call, f"the tuple ({', '.join(names)})", described(value))
    return value


def linear_backward(answer: ModuleType, seed: int) -> tuple[str, Any]:
    a = arrays(seed)
    call = f"linear_backward(grad_Z, X, W), X {a['X'].shape}, W {a['W'].shape}"
    value = answer.linear_backward(a["grad_Z"], a["X"], a["W"])
    return call, several(call, value, ("grad_X", "grad_W", "grad_b"))


def cross_entropy(answer: ModuleType, Z: np.ndarray, y: np.ndarray) -> tuple[str, Any]:
    call = f"softmax_cross_entropy(Z, labels), Z {Z.shape}"
    return call, several(call, answer.softmax_cross_entropy(Z, y), ("loss", "grad_Z"))


def network(answer: ModuleType, seed: int) -> tuple[str, Any, dict[str, Any]]:
    a = arrays(seed)
    call = f"network_gradients(...), X {a['X'].shape}, {HIDDEN} hidden units, {CLASSES} classes"
    parameters = (a[name] for name in ("W1", "b1", "W2", "b2"))
    value = answer.network_gradients(a["X"], labels(CLASSES), *parameters)
    loss, gradients = several(call, value, ("loss", "gradients"))
    if not isinstance(gradients, dict) or gradients.keys() != {"W1", "b1", "W2", "b2"}:
        raise Failed(call, "a dictionary with the keys W1, b1, W2, b2", described(gradients))
    return call, loss, gradients


def true_loss(Z: np.ndarray, y: np.ndarray) -> float:
    shifted = Z - Z.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    return float((log_sums - shifted[np.arange(len(Z)), y]).mean())


def network_loss(a: dict[str, np.ndarray]) -> float:
    A = np.tanh(a["X"] @ a["W1"].T + a["b1"])
    return true_loss(A @ a["W2"].T + a["b2"], labels(CLASSES))


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
    call, (_, _, grad_b) = linear_backward(answer, seed)
    expect_shape(f"grad_b of {call}", grad_b, (HIDDEN,))


@CHECKS.add("input unchanged")
def inputs_unchanged(answer: ModuleType, tier: Tier, seed: int) -> None:
    a, before = arrays(seed), arrays(seed)
    answer.linear_forward(a["X"], a["W"], a["b"])
    answer.linear_backward(a["grad_Z"], a["X"], a["W"])
    answer.softmax_cross_entropy(a["Z"], labels(HIDDEN))
    answer.network_gradients(a["X"], labels(CLASSES), *(a[k] for k in ("W1", "b1", "W2", "b2")))
    for name in a:
        unchanged(tier, "all four functions", a[name], before[name], name)


@CHECKS.add("values")
def linear_output(answer: ModuleType, tier: Tier, seed: int) -> None:
    a = arrays(seed)
    call = f"linear_forward(X, W, b), X {a['X'].shape}, W {a['W'].shape}"
    Z = tier.numbers(call, answer.linear_forward(a["X"], a["W"], a["b"]))
    expect_close(call, Z, a["X"] @ a["W"].T + a["b"])


@CHECKS.add("values")
def cross_entropy_loss(answer: ModuleType, tier: Tier, seed: int) -> None:
    Z, y = arrays(seed)["Z"], labels(HIDDEN)
    call, (loss, _) = cross_entropy(answer, Z, y)
    expect_close(call, tier.numbers(call, loss), true_loss(Z, y), what="loss ")


@CHECKS.add("properties")
def large_logits(answer: ModuleType, tier: Tier, seed: int) -> None:
    Z, y = np.array([[1000.0, 0.0, -1000.0], [0.0, 1000.0, 0.0]]), np.array([2, 1])
    call, (loss, grad_Z) = cross_entropy(answer, Z, y)
    call = "softmax_cross_entropy([[1000, 0, -1000], [0, 1000, 0]], [2, 1])"
    # Per example, since it is judged elsewhere whether the loss is a mean.
    loss, grad_Z = tier.numbers(call, loss), tier.numbers(call, grad_Z)
    if not np.isfinite(loss) or loss < 999:
        raise Failed(call, "loss 1000", f"loss {loss:.6g}")
    if not np.isfinite(grad_Z).all():
        raise Failed(call, "a finite gradient", np.array2string(grad_Z).replace("\n", ""))


@CHECKS.add("gradients")
def linear_gradients(answer: ModuleType, tier: Tier, seed: int) -> None:
    a = arrays(seed)
    call, returned = linear_backward(answer, seed)
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
    Z, y = arrays(seed)["Z"], labels(HIDDEN)
    call, (_, grad_Z) = cross_entropy(answer, Z, y)
    expected = differences(lambda: true_loss(Z, y), Z)
    expect_close(call, tier.numbers(call, grad_Z), expected, what="grad_Z: ")


@CHECKS.add("gradients")
def network_gradients(answer: ModuleType, tier: Tier, seed: int) -> None:
    call, loss, gradients = network(answer, seed)
    a = arrays(seed)
    expect_close(call, tier.numbers(call, loss), network_loss(a), what="loss ")
    for name in ("W2", "b2", "W1", "b1"):
        expected = differences(lambda: network_loss(a), a[name])
        got = tier.numbers(f"gradients[{name!r}] of {call}", gradients[name])
        got = got.reshape(-1) if name in ("b1", "b2") else got
        expect_close(call, got, expected, what=f"gradients[{name!r}]: ")


def probes(answer: ModuleType, tier: Tier, seed: int) -> list[Callable[[], Any]]:
    """Everything that the functions return."""

    def changes() -> str:
        a, before = arrays(seed), arrays(seed)
        answer.linear_forward(a["X"], a["W"], a["b"])
        answer.softmax_cross_entropy(a["Z"], labels(HIDDEN))
        return str([name for name in a if not np.array_equal(a[name], before[name])])

    a = arrays(seed)
    large = np.array([[1000.0, 0.0, -1000.0], [0.0, 1000.0, 0.0]])
    return [
        lambda: answer.linear_forward(a["X"], a["W"], a["b"]),
        lambda: linear_backward(answer, seed)[1],
        lambda: answer.softmax_cross_entropy(arrays(seed)["Z"], labels(HIDDEN)),
        lambda: answer.softmax_cross_entropy(large.copy(), np.array([2, 1])),
        lambda: network(answer, seed)[1:],
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
