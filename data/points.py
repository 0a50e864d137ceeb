"""Sets of points in the plane with two classes, drawn afresh at every load: nothing is stored.

Each draws as many points as are asked for, with more or less noise:

    >>> points, labels = draw_points("spiral", count=60, noise=0.1, seed=0)
    >>> points.shape, labels.shape
    ((60, 2), (60,))
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64

from data.errors import UserError
from data.splits import Dataset, DatasetDescription, Split

Points = tuple[Float[np.ndarray, "n 2"], Int64[np.ndarray, " n"]]

# The sizes of every such data set.
PLANE = DatasetDescription(inputs=2, classes=2, train=1_000, validation=200, test=1_000)


def xor(count: int, noise: float, seed: int) -> Points:
    """Corners of the square (±1, ±1); the label is 1 where a corner's signs differ."""
    generator = np.random.default_rng(seed)
    corners = generator.choice([-1.0, 1.0], size=(count, 2))
    points = corners + generator.normal(0.0, noise, size=(count, 2))
    return points, (corners[:, 0] != corners[:, 1]).astype(np.int64)


def moons(count: int, noise: float, seed: int) -> Points:
    """Two half circles of radius 1 that reach into each other; as scikit-learn's make_moons."""
    outer = np.linspace(0, np.pi, count // 2)
    inner = np.linspace(0, np.pi, count - count // 2)
    first = np.stack([np.cos(outer), np.sin(outer)], axis=1)
    second = np.stack([1 - np.cos(inner), 1 - np.sin(inner) - 0.5], axis=1)
    return _mixed(first, second, noise, seed)


def circles(count: int, noise: float, seed: int) -> Points:
    """Class 1 on a circle of radius 1/2 inside class 0's; as scikit-learn's make_circles."""
    outer = np.linspace(0, 2 * np.pi, count // 2, endpoint=False)
    inner = np.linspace(0, 2 * np.pi, count - count // 2, endpoint=False)
    first = np.stack([np.cos(outer), np.sin(outer)], axis=1)
    second = np.stack([0.5 * np.cos(inner), 0.5 * np.sin(inner)], axis=1)
    return _mixed(first, second, noise, seed)


def _mixed(
    first: Float[np.ndarray, "a 2"], second: Float[np.ndarray, "b 2"], noise: float, seed: int
) -> Points:
    """Both classes in random order, with noise: drawn as scikit-learn does, so equal to its own."""
    generator = np.random.RandomState(seed)
    order = np.arange(len(first) + len(second))
    generator.shuffle(order)
    points = np.concatenate([first, second])[order]
    labels = np.repeat([0, 1], [len(first), len(second)])[order]
    return points + generator.normal(scale=noise, size=points.shape), labels.astype(np.int64)


def spiral(count: int, noise: float, seed: int) -> Points:
    """Two arms, each the other turned by half a circle: radius 2 t, angle 3 π t, for t in [0, 1].

    t is the root of a uniform number: so an arm is about as dense outside as near the centre.
    """
    generator = np.random.default_rng(seed)
    labels = generator.integers(2, size=count)
    t = np.sqrt(generator.uniform(size=count))
    angle = 3 * np.pi * t + np.pi * labels
    arms = 2 * t[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return arms + generator.normal(0.0, noise, size=(count, 2)), labels


@dataclass(frozen=True)
class PointSet:
    """How a set is drawn, and the noise and seed of the data set of its name.

    Attributes:
        draw: (count, noise, seed) -> points and labels.
        noise: standard deviation of what is added to each coordinate.
        seed: of the points.
    """

    draw: Callable[[int, float, int], Points]
    noise: float
    seed: int


POINT_SETS = {
    "xor": PointSet(xor, noise=0.3, seed=20_240_301),
    "moons": PointSet(moons, noise=0.2, seed=20_240_302),
    "circles": PointSet(circles, noise=0.1, seed=20_240_303),
    "spiral": PointSet(spiral, noise=0.1, seed=20_240_304),
}


def draw_points(name: str, count: int, noise: float, seed: int) -> Points:
    """Points (count, 2) of the named set, float64, and their labels (count,), 0 or 1.

    Args:
        name: xor, moons, circles or spiral.
        count: number of points.
        noise: standard deviation of the normal noise added to each coordinate.
        seed: equal arguments give equal points.

    Raises:
        UserError: for an unknown name.
    """
    if name not in POINT_SETS:
        raise UserError(f"unknown points {name!r}: choose one of {', '.join(POINT_SETS)}")
    return POINT_SETS[name].draw(count, noise, seed)


def load_points(name: str, dtype: str) -> Dataset:
    """The data set of this name: its set's first points for training, the next for the others."""
    point_set = POINT_SETS[name]
    count = PLANE.train + PLANE.validation + PLANE.test
    points, labels = draw_points(name, count, point_set.noise, point_set.seed)
    ends = [PLANE.train, PLANE.train + PLANE.validation]
    train, validation, test = (
        Split(*parts)
        for parts in zip(np.split(points.astype(dtype), ends), np.split(labels, ends), strict=True)
    )
    return Dataset(name, train, validation, test, PLANE.classes)
