"""What every dataset is made of: three splits of standardised inputs with their labels."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64, UInt8

# Which images are for validation must not depend on the training seed: otherwise the figures of
# runs with different seeds could not be compared.
SPLIT_SEED = 20_240_229


@dataclass(frozen=True)
class DatasetDescription:
    """What is known of a dataset before it is loaded.

    `inputs` is d, the number of columns; `classes` is 0 where labels are real numbers; `train`,
    `validation` and `test` count rows.
    """

    inputs: int
    classes: int
    train: int
    validation: int
    test: int


@dataclass(frozen=True)
class Split:
    """Standardised `images` (n, d), C-contiguous, and their `labels` (n,).

    A label is the index of a class or, in regression, the real number to predict.
    """

    images: Float[np.ndarray, "n d"]
    labels: Int64[np.ndarray, " n"] | Float[np.ndarray, " n"]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Dataset:
    """The three splits of one dataset; `classes` is the number of classes, 0 in regression."""

    name: str
    train: Split
    validation: Split
    test: Split
    classes: int


@dataclass(frozen=True)
class PixelScale:
    """How grey levels 0, 1, ..., `white` are standardised: (level / white - mean) / std."""

    white: int
    mean: float
    std: float


def standardised_split(
    pixels: UInt8[np.ndarray, " count *rest"],
    labels: UInt8[np.ndarray, " count"],
    rows: Int64[np.ndarray, " n"],
    scale: PixelScale,
    dtype: str,
) -> Split:
    """Return the given rows as a Split, each image one row of standardised pixels.

    The arithmetic is float64 and its results are rounded to `dtype` ("float32" or "float64").
    """
    # There are at most 256 grey levels: standardise those, and look the pixels up.
    levels = np.arange(scale.white + 1, dtype=np.float64)
    table = ((levels / scale.white - scale.mean) / scale.std).astype(dtype)
    pixels = pixels.reshape(len(pixels), -1)
    images = np.empty((len(rows), pixels.shape[1]), dtype)
    # np.take widens its indices to 8 bytes: a few rows at a time, they stay in the cache (1.6 times
    # as fast for MNIST). Any mode but "raise" lets it write to `out` without a buffer.
    for start in range(0, len(rows), 256):
        chunk = slice(start, start + 256)
        np.take(table, pixels[rows[chunk]], out=images[chunk], mode="clip")
    return Split(images, labels[rows].astype(np.int64))
