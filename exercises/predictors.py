"""What becomes of an answer's `train`: its predictors, and what they say of images."""

import random
import sys
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checking import Failed, described
from exercises.simple_images import Data, ambiguous_images, example_data, random_squares

Predictor = Callable[[np.ndarray], Any]
WANTED = 0.9


def labels_of(call: str, value: Any, count: int) -> np.ndarray:
    """The labels that `predict` returned, if there is one for each image."""
    value = value.detach().cpu().numpy() if hasattr(value, "detach") else value
    if not isinstance(value, np.ndarray) or value.size != count:
        raise Failed(call, f"an array of {count} labels", described(value))
    return value.reshape(count)


def as_predictor(value: Any) -> Predictor:
    """What `train` returned, if it is a function."""
    if not callable(value):
        raise Failed("train(...)", "a function, predict", described(value))
    return value


def predictor(answer: ModuleType, data: Data, seed: int) -> Predictor:
    """What `train` returned for these data."""
    return as_predictor(answer.train(*data.handed(), seed))


@lru_cache(maxsize=2)
def usually(answer: ModuleType, seed: int) -> tuple[Any, tuple[np.ndarray, ...]]:
    """What `train` returned for the usual data, and the arrays that it was handed."""
    handed = example_data(seed).handed()
    return answer.train(*handed, seed), handed


def usual(answer: ModuleType, seed: int) -> Predictor:
    """The predictor for the usual data, which several checks look at."""
    return as_predictor(usually(answer, seed)[0])


def named(predict: Predictor, images: np.ndarray) -> np.ndarray:
    return labels_of(f"predict(images of shape {images.shape})", predict(images), len(images))


def unsteady(answer: ModuleType, seed: int) -> int:
    """How many ambiguous images get another label when they come again."""
    predict, images = usual(answer, seed), ambiguous_images(seed)
    return int((named(predict, images) != named(predict, images)).sum())


def one_by_one(predict: Predictor, images: np.ndarray) -> np.ndarray:
    return np.concatenate([named(predict, images[i : i + 1]) for i in range(len(images))])


@lru_cache(maxsize=4)
def stirred(answer: ModuleType, seed: int, own: int, number: int) -> np.ndarray:
    """The labels of ambiguous images, with the global generators in their state of this number."""
    stir(number)
    return named(predictor(answer, example_data(seed), own), ambiguous_images(seed))


def stir(number: int) -> None:
    """Set the global generators, on which nothing may hang."""
    random.seed(number)
    np.random.seed(number)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(number)


def said(predict: Predictor, images: np.ndarray, labels: np.ndarray) -> str:
    """What a network says of images: the right labels, always the same one, a few, or many."""
    found = named(predict, images)
    if (found == labels).mean() >= WANTED:
        return "learnt"
    different = np.unique(found)
    if len(different) == 1:
        return f"always {different[0]}"
    return "few" if len(different) <= 3 else "many"


def is_linear(predict: Predictor) -> bool:
    """Whether images halfway between two of the same label always get that label, too.

    The largest of several linear functions stays the same one along such a line.
    """
    images = random_squares(3000)
    labels = named(predict, images)
    order = np.argsort(labels, kind="stable")
    one, other = order[:-1], order[1:]
    alike = labels[one] == labels[other]
    middle = named(predict, images[one] // 2 + images[other] // 2)
    return not (alike & (middle != labels[one])).any()
