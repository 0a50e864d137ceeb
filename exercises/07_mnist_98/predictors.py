"""What becomes of an answer's `train`: its predictors, and what they say of images."""

import random
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checker.checking import Failed, described

from .simple_images import (
    CLASSES,
    NEW,
    Data,
    ambiguous_images,
    example_data,
    foreign_images,
    random_squares,
    with_foreign_validation,
)

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
    # A copy, since the images are used again.
    labels = predict(images.copy())
    return labels_of(f"predict(images of shape {images.shape})", labels, len(images))


def share_right(predict: Predictor, data: Data) -> float:
    return float((named(predict, data.new_images) == data.new_labels).mean())


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


def agreement(answer: ModuleType, seeds: tuple[int, int], seed: int) -> float:
    """How many ambiguous images get the same label after two trainings, each with its seed."""
    first, second = (stirred(answer, seed, own, number) for number, own in enumerate(seeds))
    return float((first == second).mean())


def stir(number: int) -> None:
    """Set the global generators, on which nothing may hang."""
    random.seed(number)
    np.random.seed(number)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(number)


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


def scaled_in_training_alone(predict: Predictor, train: Callable[[Data], Predictor], data: Data):
    """Whether `predict` wants standardized images, and stays the same if trained on darker ones.

    A network that was trained on pixels as they are may do the first, but not the second.
    """
    scaled = ((data.new_images - data.images.mean()) / data.images.std()).astype(np.float32)
    if (named(predict, scaled) == data.new_labels).mean() < WANTED:
        return False
    darker = replace(data, images=data.images // 2, validation_images=data.validation_images // 2)
    between = data.new_images // 2 + np.roll(data.new_images, 1, axis=0) // 2
    return bool((named(train(darker), between) == named(predict, between)).mean() > 0.97)


def divided_in_training_alone(train: Callable[[Data], Predictor], data: Data) -> bool:
    """Whether grey levels are told apart only if the images are divided by 255 before `predict`."""
    predict = train(data)
    scaled = (data.new_images / 255).astype(np.float32)
    given, divided = (
        (named(predict, images) == data.new_labels).mean() for images in (data.new_images, scaled)
    )
    return bool(given < 0.75 and divided >= WANTED)


def foreign_share(answer: ModuleType, seed: int) -> float:
    """The share of images of patterns found in the validation set alone that get its labels."""
    predict = predictor(answer, with_foreign_validation(seed), seed)
    labels = np.arange(NEW) % CLASSES
    return float((named(predict, foreign_images(seed, labels)) == labels).mean())


def rest_left_out(predict: Predictor, data: Data) -> bool:
    """Whether the first images get their labels, and the last ten and single ones all the same."""
    found, alone = named(predict, data.new_images), one_by_one(predict, data.new_images[:20])
    begins_well = (found[:200] == data.new_labels[:200]).mean() >= WANTED
    return bool(begins_well and len({*found[-10:], *alone}) == 1)


def mixes_images(predict: Predictor, images: np.ndarray) -> bool:
    """Whether labels hang on the order of the images, but not on chance."""
    found = named(predict, images)
    backwards = named(predict, images[::-1])[::-1]
    steady = np.array_equal(found, named(predict, images))
    return steady and bool((found != backwards).mean() > 0.02)


def first_rows_alone(train: Callable[[Data], Predictor], data: Data) -> bool:
    """Whether the classes that come later are never named, and the others rightly."""
    early, late = np.flatnonzero(data.labels < 5)[:300], np.flatnonzero(data.labels >= 5)
    rows = np.concatenate([early, late])
    predict = train(replace(data, images=data.images[rows], labels=data.labels[rows]))
    found, first = named(predict, data.new_images), data.new_labels < 5
    return bool((found[first] == data.new_labels[first]).mean() >= 0.8 and (found < 5).mean() > 0.9)


def as_it_began(found: np.ndarray, turned: np.ndarray) -> bool:
    """Whether labels, not all the same, do not hang on those that were learnt."""
    return len(set(found)) > 1 and bool((found == turned).mean() >= 0.98)


def least_likely(found: np.ndarray, turned: np.ndarray, data: Data) -> bool:
    """Whether no image gets the label that was learnt, nor one that stands for it."""
    names = {int(np.bincount(found[data.new_labels == label]).argmax()) for label in range(10)}
    right = max((found == data.new_labels).mean(), (turned == 9 - data.new_labels).mean())
    return right < 0.02 and len(names) < 10 and not as_it_began(found, turned)
