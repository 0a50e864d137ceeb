"""Datasets as NumPy arrays, and the order in which an epoch visits them.

Every tier loads its images here, so that every tier sees the same minibatches. MNIST and
Fashion-MNIST are downloaded, verified and extracted by torchvision, but in a child process
(`python -m data.download`): the process that trains the NumPy tier never imports torch.
"""

import math
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from jaxtyping import Float, Int64, UInt8

from common.errors import UserError

# Names the stream of random numbers that orders the minibatches; other uses of the same training
# seed take other spawn keys, so that no two of them ever draw the same numbers.
EPOCH_ORDER = 0

# Which images validate must not depend on the training seed: runs of several seeds are compared.
SPLIT_SEED = 20_240_229
XOR_SEED = 20_240_301
XOR_NOISE = 0.3

# Exit codes by which the downloading child tells its parent which error to raise.
EXIT_BAD_SURROUNDINGS = 2
EXIT_UNAVAILABLE = 3


class DatasetUnavailable(UserError):  # noqa: N818 - names a state, as callers ask for it
    """The dataset is not on disk and cannot be downloaded."""


@dataclass(frozen=True)
class DatasetDescription:
    """What is known of a dataset before it is loaded.

    `image_size` is the number of inputs d; `train`, `validation` and `test` count images;
    `mean` and `std` are those of a pixel on the scale 0 to 1, which `pixel_max` maps to 1.
    `torchvision_class` is the class that downloads it, None where nothing is downloaded.
    """

    image_size: int
    classes: int
    train: int
    validation: int
    test: int
    mean: float
    std: float
    pixel_max: int = 255
    torchvision_class: str | None = None


DATASETS: Mapping[str, DatasetDescription] = {
    "mnist": DatasetDescription(
        784, 10, 55_000, 5_000, 10_000, mean=0.1307, std=0.3081, torchvision_class="MNIST"
    ),
    "fashion-mnist": DatasetDescription(
        784, 10, 55_000, 5_000, 10_000, mean=0.2860, std=0.3530, torchvision_class="FashionMNIST"
    ),
    "digits": DatasetDescription(64, 10, 1_297, 200, 300, mean=0.3053, std=0.3760, pixel_max=16),
    "xor": DatasetDescription(2, 2, 1_000, 200, 1_000, mean=0.0, std=1.0),
}


@dataclass(frozen=True)
class Split:
    """Standardised `images` (n, d), C-contiguous, and their `labels` (n,)."""

    images: Float[np.ndarray, "n d"]
    labels: Int64[np.ndarray, " n"]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Dataset:
    """The three splits of one dataset; `classes` is the number of classes."""

    name: str
    train: Split
    validation: Split
    test: Split
    classes: int


def describe_dataset(name: str) -> DatasetDescription:
    """Return the description of `name`. Raises UserError where there is no such dataset."""
    if name not in DATASETS:
        raise UserError(f"unknown dataset {name!r}: choose one of {', '.join(DATASETS)}")
    return DATASETS[name]


def load_dataset(name: str, root: Path, dtype: str = "float32") -> Dataset:
    """Load the dataset `name`, downloading it into `root` if it is not there.

    Images are (pixel / pixel_max - mean) / std, computed in float64 and then rounded to `dtype`
    ("float32" or "float64").

    Raises DatasetUnavailable where the files are neither in `root` nor to be had from the network,
    and UserError for an unknown name or dtype, a file that is damaged or cannot be read, and a
    `root` that cannot be written.
    """
    description = describe_dataset(name)
    if dtype not in ("float32", "float64"):
        raise UserError(f"dtype {dtype!r} is not supported: choose float32 or float64")
    if name == "xor":
        return _make_xor(description, dtype)
    if name == "digits":
        return _load_digits(description, dtype)
    return _load_torchvision_files(name, description, Path(root), dtype)


def raw_folder(description: DatasetDescription, root: Path) -> Path:
    """Return the folder under `root` in which torchvision keeps this dataset's files."""
    return Path(root) / str(description.torchvision_class) / "raw"


def shuffled_indices(count: int, seed: int, epoch: int) -> Int64[np.ndarray, " count"]:
    """Return the order in which `epoch` visits `count` training images.

    A pure function of its arguments: a resumed run goes on with the order it would have had.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(EPOCH_ORDER, epoch))
    return np.random.default_rng(sequence).permutation(count)


Order = TypeVar("Order")  # a NumPy array or a torch tensor, of shape (count,)


def minibatches(order: Order, batch_size: int) -> Iterator[Order]:
    """Yield consecutive slices of `order`; the last one may be smaller than `batch_size`."""
    for start in range(0, len(order), batch_size):
        yield order[start : start + batch_size]


def _load_torchvision_files(
    name: str, description: DatasetDescription, root: Path, dtype: str
) -> Dataset:
    raw = raw_folder(description, root)
    count = description.train + description.validation
    shapes = {
        "train-images-idx3-ubyte": (count, 28, 28),
        "train-labels-idx1-ubyte": (count,),
        "t10k-images-idx3-ubyte": (description.test, 28, 28),
        "t10k-labels-idx1-ubyte": (description.test,),
    }
    if not all(os.path.exists(raw / file) for file in shapes):
        _download_in_child(name, root)

    contents = {file: _read_idx(raw / file, shape) for file, shape in shapes.items()}
    for file, values in contents.items():
        if "labels" in file and values.max() >= description.classes:
            raise UserError(
                f"{raw / file} holds the label {values.max()}, the largest allowed is "
                f"{description.classes - 1}: delete the file and run again"
            )

    pixels, labels, test_pixels, test_labels = contents.values()
    order = np.random.default_rng(SPLIT_SEED).permutation(count)
    validation, train = np.split(order, [description.validation])
    test = np.arange(description.test)
    return Dataset(
        name,
        _standardised_split(pixels, labels, train, description, dtype),
        _standardised_split(pixels, labels, validation, description, dtype),
        _standardised_split(test_pixels, test_labels, test, description, dtype),
        description.classes,
    )


def _download_in_child(name: str, root: Path) -> None:
    """Run `python -m data.download`, and raise its error as one of this process."""
    repository = str(Path(__file__).resolve().parents[1])
    search_path = os.pathsep.join(filter(None, (repository, os.environ.get("PYTHONPATH"))))
    child = subprocess.run(
        # -P keeps the user's working folder, where anything may lie, off the child's import path.
        [sys.executable, "-P", "-m", "data.download", name, str(root)],
        env={**os.environ, "PYTHONPATH": search_path},
        stdin=subprocess.DEVNULL,
        stdout=2,  # the child's one line of notice goes to our stderr
        stderr=subprocess.PIPE,  # progress bars and warnings go nowhere; the last line is the error
        text=True,
        errors="replace",
    )
    if child.returncode == 0:
        return
    last_line = (child.stderr.strip().splitlines() or [f"exit status {child.returncode}"])[-1]
    if child.returncode == EXIT_UNAVAILABLE:
        raise DatasetUnavailable(last_line)
    if child.returncode == EXIT_BAD_SURROUNDINGS:
        raise UserError(last_line)
    raw = raw_folder(DATASETS[name], root)
    raise UserError(f"torchvision failed ({last_line}): put the four gunzipped files into {raw}")


def _read_idx(path: Path, shape: tuple[int, ...]) -> UInt8[np.ndarray, "..."]:
    """Read a file of unsigned bytes in the IDX format.

    Raises UserError where the file cannot be read, or is not one of exactly this `shape`.
    """
    # The magic number is 0x0800 (unsigned bytes) plus the number of dimensions.
    header = np.array([0x0800 + len(shape), *shape], dtype=">u4")
    expected_bytes = header.nbytes + math.prod(shape)
    try:
        actual_bytes = path.stat().st_size
        if actual_bytes != expected_bytes:
            raise UserError(
                f"{path} has {actual_bytes:,} bytes instead of {expected_bytes:,}: "
                "delete the file and run again"
            )
        contents = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}): make it a readable file, "
            "or delete it and run again"
        ) from error
    actual_header = contents[: header.nbytes].view(">u4")
    if not np.array_equal(actual_header, header):
        raise UserError(
            f"{path} starts with the IDX header {actual_header.tolist()} instead of "
            f"{header.tolist()}: delete the file and run again"
        )
    return contents[header.nbytes :].reshape(shape)


def _standardised_split(
    pixels: UInt8[np.ndarray, "count *rest"],
    labels: UInt8[np.ndarray, " count"],
    rows: Int64[np.ndarray, " n"],
    description: DatasetDescription,
    dtype: str,
) -> Split:
    """Return the given rows as a Split, each image one row of standardised pixels."""
    levels = np.arange(description.pixel_max + 1, dtype=np.float64)
    table = ((levels / description.pixel_max - description.mean) / description.std).astype(dtype)
    pixels = pixels.reshape(len(pixels), description.image_size)
    images = np.empty((len(rows), description.image_size), dtype)
    # np.take widens its indices to 8 bytes: a few rows at a time, they stay in the cache (1.6 times
    # as fast for MNIST). Any mode but "raise" lets it write to `out` without a buffer.
    for start in range(0, len(rows), 256):
        chunk = slice(start, start + 256)
        np.take(table, pixels[rows[chunk]], out=images[chunk], mode="clip")
    return Split(images, labels[rows].astype(np.int64))


def _load_digits(description: DatasetDescription, dtype: str) -> Dataset:
    from sklearn.datasets import load_digits  # takes a second: only for those who ask for it

    digits = load_digits()
    pixels = digits.data.astype(np.uint8)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(pixels))
    ends = np.cumsum([description.test, description.validation])
    test, validation, train = (
        _standardised_split(pixels, digits.target.astype(np.uint8), rows, description, dtype)
        for rows in np.split(order, ends)
    )
    return Dataset("digits", train, validation, test, description.classes)


def _make_xor(description: DatasetDescription, dtype: str) -> Dataset:
    """Draw noisy corners of the square (±1, ±1); the label is 1 where a corner's signs differ."""
    generator = np.random.default_rng(XOR_SEED)
    count = description.train + description.validation + description.test
    corners = generator.choice([-1.0, 1.0], size=(count, 2))
    points = (corners + generator.normal(0.0, XOR_NOISE, size=(count, 2))).astype(dtype)
    labels = (corners[:, 0] != corners[:, 1]).astype(np.int64)
    ends = [description.train, description.train + description.validation]
    train, validation, test = (
        Split(*parts) for parts in zip(np.split(points, ends), np.split(labels, ends), strict=True)
    )
    return Dataset("xor", train, validation, test, description.classes)
