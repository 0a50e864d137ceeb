"""The examples that a tier trains on: checked, and with the targets that its loss compares with."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from common.configuration import Configuration
from data.datasets import Dataset, Split
from data.errors import UserError

# So many examples go through the network at once where no gradient is wanted.
CHUNK_ROWS = 1_000


@dataclass(frozen=True)
class Examples:
    """A split of a data set, as NumPy arrays in tier 1 and as tensors in tiers 2 and 3.

    Attributes:
        images: (n, d), one example in each row.
        labels: (n,), class indices; in regression, the real numbers to predict.
        targets: what the loss compares the logits with, see `targets`.
        classes: number of classes, 0 in regression.
    """

    images: Any
    labels: Any
    targets: Any
    classes: int

    def __len__(self) -> int:
        return len(self.labels)

    def chunks(self) -> Iterator["Examples"]:
        """All examples in their order, CHUNK_ROWS at a time; the last chunk may be smaller."""
        for start in range(0, len(self), CHUNK_ROWS):
            yield self.rows(slice(start, start + CHUNK_ROWS))

    def rows(self, rows: slice) -> "Examples":
        """Some of the examples."""
        return Examples(self.images[rows], self.labels[rows], self.targets[rows], self.classes)

    def accuracy(self, right: int | float) -> float:
        """The share of right predictions; NaN in regression, where none is right or wrong."""
        return right / len(self) if self.classes else math.nan


def targets(
    labels: Int[np.ndarray, " n"] | Float[np.ndarray, " n"], loss: str, classes: int, dtype: str
) -> Shaped[np.ndarray, "n ..."]:
    """The labels in the form that a loss takes.

    Args:
        labels: (n,) class indices; in regression, the real numbers to predict.
        loss: a name of the configuration's losses.
        classes: number of classes k, 0 in regression.
        dtype: of targets that are not indices.

    Returns:
        (n,) indices for the softmax cross-entropy, (n, 1) zeros and ones for the sigmoid
        cross-entropy, (n, k) one-hot rows for the mean squared error, and (n, 1) real numbers in
        regression.
    """
    match loss:
        case "softmax-cross-entropy":
            return labels
        case "sigmoid-cross-entropy":
            return labels[:, None].astype(dtype)
        case "mean-squared-error":
            return np.eye(classes, dtype=dtype)[labels] if classes else labels[:, None]
    raise ValueError(f"unknown loss {loss!r}")


def prepare(configuration: Configuration, dataset: Dataset) -> tuple[Examples, Examples, Examples]:
    """The training, validation and test examples of a data set, with the loss's targets.

    Raises:
        UserError: where the arrays don't fit together, or don't fit the configuration; names the
            split, what it holds, and what it should hold.
    """
    inputs = dataset.train.images.shape[-1] if dataset.train.images.ndim else 0
    for name in ("train", "validation", "test"):
        _check_split(f"dataset.{name}", getattr(dataset, name), inputs, configuration, dataset)
    configuration.check_data(dataset.name, len(dataset.train), dataset.classes)
    training, validation, test = (
        Examples(
            split.images,
            split.labels,
            targets(split.labels, configuration.loss, dataset.classes, configuration.dtype),
            dataset.classes,
        )
        for split in (dataset.train, dataset.validation, dataset.test)
    )
    return training, validation, test


def _check_split(
    name: str, split: Split, inputs: int, configuration: Configuration, dataset: Dataset
) -> None:
    images, labels = split.images, split.labels
    if images.ndim != 2 or not images.size or images.shape[1] != inputs:
        raise UserError(
            f"{name}.images has shape {images.shape}: must be (n, d), at least one row for each"
            " example, with the same d in each split; reshape it"
        )
    if images.dtype != configuration.dtype:
        raise UserError(
            f"{name}.images is {images.dtype}: must be {configuration.dtype}, the configuration's"
            f' dtype; convert it with .astype("{configuration.dtype}")'
        )
    kind, dtype = ("class index", "int64") if dataset.classes else ("number", configuration.dtype)
    if labels.shape != images.shape[:1] or labels.dtype != dtype:
        raise UserError(
            f"{name}.labels is {labels.dtype} of shape {labels.shape}: must be {dtype} of shape"
            f" {images.shape[:1]}, one {kind} for each row of {name}.images, as dataset.classes is"
            f" {dataset.classes} (0 is for regression)"
        )
    if not dataset.classes:
        if not np.isfinite(labels).all():
            raise UserError(f"{name}.labels holds NaN or infinity: remove these examples")
        return
    smallest, largest = int(labels.min()), int(labels.max())
    if smallest < 0 or largest >= dataset.classes:
        raise UserError(
            f"{name}.labels holds {smallest if smallest < 0 else largest}: must be from 0 to"
            f" {dataset.classes - 1}, as dataset.classes is {dataset.classes}"
        )
