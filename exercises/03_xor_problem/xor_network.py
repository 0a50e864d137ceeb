"""The network of exercise 03 as it has to be, and what can be seen of its training."""

from dataclasses import dataclass
from typing import Any

import numpy as np

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([0.0, 1.0, 1.0, 0.0])
# With a fifth point, so that n is none of the other sizes, and not always 4.
MORE_X = np.vstack([X, [0.5, -1.0]])
MORE_Y = np.append(Y, 1.0)
LOSS = 0.1
HIDDEN = 3
H = 1e-5
NAMES = ("W1", "b1", "W2", "b2")


def shapes(hidden: int) -> dict[str, tuple[int, ...]]:
    return {"W1": (hidden, 2), "b1": (hidden,), "W2": (1, hidden), "b2": (1,)}


def true_outputs(p: dict[str, np.ndarray], X: np.ndarray = MORE_X) -> np.ndarray:
    z = np.tanh(X @ p["W1"].T + p["b1"]) @ p["W2"].T + p["b2"]
    return 1 / (1 + np.exp(-z[:, 0]))


def loss_of(p: np.ndarray, y: np.ndarray = MORE_Y) -> float:
    return float(-np.log(np.where(y == 1, p, 1 - p)).mean())


def parameters(seed: int) -> dict[str, np.ndarray]:
    """Those of a network with HIDDEN units, short enough to be printed, and none of them 0."""
    generator = np.random.default_rng((4, seed))
    drawn = {name: generator.normal(size=shape) for name, shape in shapes(HIDDEN).items()}
    return {name: np.where(np.abs(a) < 0.05, 0.1, a.round(1)) for name, a in drawn.items()}


def listed(array: np.ndarray) -> str:
    """An array as a reader would write it."""
    if not array.ndim:
        return f"{float(array):g}"
    return f"[{', '.join(map(listed, array))}]"


def given(seed: int) -> str:
    """The parameters, for a message."""
    return ", ".join(f"{name} {listed(array)}" for name, array in parameters(seed).items())


def true_gradients(seed: int) -> dict[str, np.ndarray]:
    """By centred differences of the loss in every parameter."""
    p = parameters(seed)
    gradients = {name: np.zeros_like(array) for name, array in p.items()}
    for name, array in p.items():
        for place in np.ndindex(array.shape):
            before = array[place]
            array[place] = before + H
            above = loss_of(true_outputs(p))
            array[place] = before - H
            gradients[name][place] = (above - loss_of(true_outputs(p))) / (2 * H)
            array[place] = before
    return gradients


@dataclass(frozen=True)
class Training:
    """A network trained on the four points.

    Attributes:
        before, after: its parameters.
        returned: what `train` returned.
    """

    before: dict[str, np.ndarray]
    after: dict[str, np.ndarray]
    returned: Any

    def outputs(self, which: str) -> np.ndarray:
        return true_outputs(getattr(self, which), X)

    def loss(self, which: str, y: np.ndarray = Y) -> float:
        return loss_of(self.outputs(which), y)


def descent_gets_on(p: dict[str, np.ndarray]) -> bool:
    """Whether plain descent from these parameters makes the loss small."""
    wanted = shapes(p["b1"].size)
    p = {name: array.reshape(wanted[name]) for name, array in p.items()}
    for _ in range(500):
        A = np.tanh(X @ p["W1"].T + p["b1"])
        grad_z = (true_outputs(p, X) - Y)[:, None] / len(X)
        grad_Z1 = grad_z @ p["W2"] * (1 - A**2)
        steps = (grad_Z1.T @ X, grad_Z1.sum(axis=0), grad_z.T @ A, grad_z.sum(axis=0))
        p = {name: p[name] - step for name, step in zip(NAMES, steps, strict=True)}
    return loss_of(true_outputs(p, X), Y) < LOSS


def describe_first_loss(training: Training) -> str:
    """What the first of the returned losses is."""
    if training.returned is None:
        return "nothing"
    losses = np.asarray(training.returned, np.float64)
    if losses.ndim == 0 or losses.size < 2 or not np.isfinite(losses.flat[0]):
        return f"no losses, of shape {losses.shape}"
    squared = float(((training.outputs("before") - Y) ** 2).mean())
    half = float(-(Y * np.log(training.outputs("before"))).mean())
    first, last = training.loss("before"), training.loss("after")
    means = {"right": first, "sum": 4 * first, "negative": -first, "base 2": first / np.log(2)}
    means |= {"squared": squared, "half squared": squared / 2, "summed squares": 4 * squared}
    means |= {"first half": half, "second half": first - half, "difference": 2 * half - first}
    means["distance"] = float(np.abs(training.outputs("before") - Y).mean())
    for word, value in means.items():
        if np.isclose(losses.flat[0], value, rtol=1e-3):
            return word
    if np.isin(losses, np.arange(5) / 4).all():
        return "share of right answers"
    return "after the step" if np.isclose(losses.flat[-1], last, rtol=1e-3) else "another"
