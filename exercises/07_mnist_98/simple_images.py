"""Images for checks of a whole training: ten patterns of squares, told apart after a few steps."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

CLASSES = 10
COUNT = 1280  # to learn from: a multiple of most minibatches
NEW = 300


@dataclass(frozen=True)
class Data:
    """What `train` is handed, and new images of the same patterns with their labels."""

    images: np.ndarray
    labels: np.ndarray
    validation_images: np.ndarray
    validation_labels: np.ndarray
    new_images: np.ndarray
    new_labels: np.ndarray

    def handed(self) -> tuple[np.ndarray, ...]:
        """Copies of what `train` is given."""
        given = (self.images, self.labels, self.validation_images, self.validation_labels)
        return tuple(array.copy() for array in given)


def patterns(generator: np.random.Generator) -> np.ndarray:
    """Ten patterns of 5 by 5 squares: 10 bright ones are common to all, 4 more are their own.

    Any two differ in 4 squares or more.
    """
    squares = generator.permutation(25)
    found: list[np.ndarray] = []
    while len(found) < CLASSES:
        pattern = np.zeros(25, bool)
        pattern[squares[:10]] = True
        pattern[generator.choice(squares[10:], 4, replace=False)] = True
        if all((pattern != other).sum() >= 4 for other in found):
            found.append(pattern)
    return np.array(found).reshape(CLASSES, 5, 5)


def draw(shapes: np.ndarray, labels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """An image for each label: its pattern in noisy grey levels, within a black border."""
    squares = shapes[labels] ^ (generator.random((len(labels), 5, 5)) < 0.02)
    bright = squares.repeat(4, axis=1).repeat(4, axis=2)
    levels = bright * generator.uniform(150, 250, bright.shape)
    levels += generator.uniform(0, 5, bright.shape)
    return np.pad(levels.astype(np.uint8), ((0, 0), (4, 4), (4, 4)))


@lru_cache(maxsize=4)
def example_data(seed: int, count: int = COUNT) -> Data:
    """A training set in random order, in which the class 3 is the most frequent."""
    generator = np.random.default_rng((7, seed))
    shapes = patterns(generator)
    labels = np.arange(count) % (CLASSES + 2)
    labels = generator.permutation(np.where(labels < CLASSES, labels, 3))
    parts = (labels, labels[: count // 5], np.arange(NEW) % CLASSES)
    return Data(*(a for part in parts for a in (draw(shapes, part, generator), part)))


@lru_cache(maxsize=4)
def bright_and_dark(seed: int) -> Data:
    """Five patterns, each of them a class where it is bright, and another where it is dark.

    They are told apart by their grey level alone: scaled pixels cannot be had by another factor.
    """
    generator = np.random.default_rng((78, seed))
    shapes = patterns(generator)
    labels = generator.permutation(np.arange(2 * COUNT) % CLASSES)

    def drawn(labels: np.ndarray) -> np.ndarray:
        images = draw(shapes, labels % 5, generator)
        return np.where(labels[:, None, None] < 5, images, images // 5)

    parts = (labels, labels[: COUNT // 5], np.arange(NEW) % CLASSES)
    return Data(*(a for part in parts for a in (drawn(part), part)))


def foreign_images(seed: int, labels: np.ndarray) -> np.ndarray:
    """Images of ten patterns that the training set does not hold."""
    generator = np.random.default_rng((77, seed))
    return draw(patterns(generator), labels, generator)


def with_foreign_validation(seed: int) -> Data:
    """Training data as ever, but the validation images are of patterns found nowhere else."""
    labels = np.arange(COUNT) % CLASSES
    handed = {"validation_images": foreign_images(seed, labels), "validation_labels": labels}
    return replace(example_data(seed), **handed)


def sorted_by_label(data: Data) -> Data:
    order = np.argsort(data.labels, kind="stable")
    return replace(data, images=data.images[order], labels=data.labels[order])


def ambiguous_images(seed: int) -> np.ndarray:
    """Each halfway between two images of different classes, where every network is unsure."""
    images = example_data(seed).new_images.astype(int)
    return ((images + np.roll(images, 1 + seed % 5, axis=0)) // 2).astype(np.uint8)


def with_noisy_border(images: np.ndarray) -> np.ndarray:
    """The images without pixels that never change."""
    noise = np.random.default_rng(0).integers(0, 9, images.shape)
    return np.where(images == 0, noise, images).astype(np.uint8)


# What may make pixels learnable, by what was wrong with the others.
CHANGES: tuple[Callable[[np.ndarray], np.ndarray], ...] = (
    with_noisy_border,
    lambda images: images // 64,
    lambda images: (images > 99).astype(np.uint8) * 255,
)


def random_squares(count: int) -> np.ndarray:
    """Images of 5 by 5 squares, each black or white by chance."""
    squares = np.random.default_rng(0).integers(0, 2, (count, 5, 5), np.uint8) * np.uint8(254)
    return np.pad(squares.repeat(4, axis=1).repeat(4, axis=2), ((0, 0), (4, 4), (4, 4)))
