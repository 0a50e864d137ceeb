"""The points of a set-up as a data set, and the command line that trains on the same."""

import math
import shlex

import numpy as np
from jaxtyping import Float

from common.options import option_name
from common.runs.options import REPOSITORY
from data.datasets import Dataset, Split
from data.points import PLANE, POINT_SETS, draw_points
from play.limits import EXTENT, Setup
from tiers import TIERS

INPUTS = 2  # x and y


def make_dataset(setup: Setup) -> Dataset:
    """The points that a set-up names: with the number and noise of a script's set, that very set.

    The reader's own points are added to the training points. Alone they are few, and so they are
    the validation and the test points, too.
    """
    own = np.array([point[:2] for point in setup.points]).reshape(-1, 2)
    own_labels = np.array([point[2] for point in setup.points], np.int64)
    if setup.dataset == "own":
        split = _split(own, own_labels, setup)
        return Dataset("own points", split, split, split, setup.classes)
    point_set = POINT_SETS[setup.dataset]
    noise = point_set.noise if setup.noise is None else setup.noise
    ends = [setup.count, setup.count + PLANE.validation]
    drawn = draw_points(setup.dataset, ends[-1] + PLANE.test, noise, point_set.seed)
    points, labels = (np.split(part, ends) for part in drawn)
    points[0], labels[0] = np.concatenate([points[0], own]), np.concatenate([labels[0], own_labels])
    parts = zip(points, labels, strict=True)
    train, validation, test = (_split(*part, setup) for part in parts)
    return Dataset(setup.dataset, train, validation, test, setup.classes)


def _split(points: np.ndarray, labels: np.ndarray, setup: Setup) -> Split:
    return Split(np.ascontiguousarray(points, setup.dtype), labels)


def extent(setup: Setup, dataset: Dataset) -> float:
    """How far the plane that is drawn reaches, with a margin around what is drawn in it."""
    farthest = max(
        float(np.abs(split.images).max()) for split in (dataset.train, dataset.validation)
    )
    reach = math.ceil(farthest * 10.5) / 10
    # A plane of own points does not grow while points are set in it.
    return max(reach, EXTENT) if setup.dataset == "own" else reach


def raster(side: int, reach: float) -> Float[np.ndarray, "cells 2"]:
    """The centres of side x side cells of the plane, row by row from the top left.

    Args:
        reach: the plane is [-reach, reach] in both directions.
    """
    steps = ((np.arange(side) + 0.5) / side * 2 - 1) * reach
    return np.stack([np.tile(steps, side), np.repeat(-steps, side)], axis=1)


def command_line(setup: Setup) -> str:
    """The train scripts' command line, one for each tier, which computes the same.

    Raises:
        ValueError: says in a sentence why no script can.
    """
    if setup.dataset == "own" or setup.points:
        raise ValueError("No script can train on your own points, which only the page has.")
    noise = POINT_SETS[setup.dataset].noise
    if setup.count != PLANE.train or setup.noise not in (None, noise) or setup.classes != 2:
        raise ValueError(
            f"A script trains on {PLANE.train:,} points of {setup.dataset} with noise {noise} and"
            " 2 classes: set these to see its command."
        )
    return "\n".join(_command(name, setup) for name in setup.tiers)


def _command(name: str, setup: Setup) -> str:
    tier = TIERS[name]
    words = ["python", str(tier.script.relative_to(REPOSITORY))]
    values = setup.as_dict() | {"learning_rate": setup.peak_learning_rate}
    for field, info in tier.options.option_fields().items():
        if field not in values or values[field] == info.default:
            continue
        value = values[field]
        if isinstance(value, bool):
            words.append(option_name(field if value else f"no_{field}"))
        else:
            given = value if isinstance(value, tuple) else (value,)
            words += [option_name(field), *map(str, given)]
    return shlex.join(words)
