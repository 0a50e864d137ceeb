"""MNIST and Fashion-MNIST: where their files come from, and how they are read.

Both have the same four files in the IDX format, 60,000 images to train and 10,000 to test, kept
under the data root in `MNIST/raw` and `FashionMNIST/raw`, where torchvision looks for them too.
"""

import gzip
import hashlib
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from data.download import fetch
from data.errors import DatasetUnavailable, UserError
from data.splits import SPLIT_SEED, Dataset, DatasetDescription, PixelScale, standardised_split

MNIST = DatasetDescription(inputs=784, classes=10, train=55_000, validation=5_000, test=10_000)

TRAIN_IMAGES = "train-images-idx3-ubyte"
TRAIN_LABELS = "train-labels-idx1-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"
TEST_LABELS = "t10k-labels-idx1-ubyte"
SHAPES = {
    TRAIN_IMAGES: (MNIST.train + MNIST.validation, 28, 28),
    TRAIN_LABELS: (MNIST.train + MNIST.validation,),
    TEST_IMAGES: (MNIST.test, 28, 28),
    TEST_LABELS: (MNIST.test,),
}


@dataclass(frozen=True)
class Source:
    """Where the four files come from, how they are known to be right, and their pixels' scale.

    `archives` holds the checksum ("algorithm:digest") of each file's .gz archive; `sha256` that of
    each extracted file, or nothing where none is known.
    """

    title: str
    mirrors: tuple[str, ...]
    archives: Mapping[str, str]
    sha256: Mapping[str, str]
    scale: PixelScale


# MNIST's checksums were computed from archives whose MD5 is the one that torchvision knows.
# Of Fashion-MNIST the publisher gives the MD5 of the archives, and nothing for the extracted files.
SOURCES = {
    "mnist": Source(
        title="MNIST",
        mirrors=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        archives={
            TRAIN_IMAGES: "sha256:440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            TRAIN_LABELS: "sha256:3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            TEST_IMAGES: "sha256:8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            TEST_LABELS: "sha256:f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        },
        sha256={
            TRAIN_IMAGES: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            TRAIN_LABELS: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            TEST_IMAGES: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            TEST_LABELS: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        },
        scale=PixelScale(white=255, mean=0.1307, std=0.3081),
    ),
    "fashion-mnist": Source(
        title="FashionMNIST",
        mirrors=(
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        ),
        archives={
            TRAIN_IMAGES: "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            TRAIN_LABELS: "md5:25c81989df183df01b3e8a0aad5dffbe",
            TEST_IMAGES: "md5:bef4ecab320f06d8554ea6380940ec79",
            TEST_LABELS: "md5:bb300cfdad3c16e7a12a480ee83cd310",
        },
        sha256={},
        scale=PixelScale(white=255, mean=0.2860, std=0.3530),
    ),
}


@dataclass(frozen=True)
class Pixels:
    """The four files as published: grey levels 0 to 255 and labels 0 to 9, in their own order."""

    train_images: UInt8[np.ndarray, "60000 28 28"]
    train_labels: UInt8[np.ndarray, " 60000"]
    test_images: UInt8[np.ndarray, "10000 28 28"]
    test_labels: UInt8[np.ndarray, " 10000"]


def load_mnist(name: str, root: Path, dtype: str, download: bool = True) -> Dataset:
    """Return "mnist" or "fashion-mnist" split and standardised; raises what `read_pixels` raises.

    The order of the 60,000 images is shuffled once, the same for ever; validation takes the first.
    """
    pixels = read_pixels(name, root, download)
    scale = SOURCES[name].scale
    order = np.random.default_rng(SPLIT_SEED).permutation(len(pixels.train_labels))
    validation, train = (
        standardised_split(pixels.train_images, pixels.train_labels, rows, scale, dtype)
        for rows in np.split(order, [MNIST.validation])
    )
    test = standardised_split(
        pixels.test_images, pixels.test_labels, np.arange(MNIST.test), scale, dtype
    )
    return Dataset(name, train, validation, test, MNIST.classes)


def read_pixels(name: str, root: Path, download: bool = True) -> Pixels:
    """Read the raw pixels and labels of `name`, downloading the files if they are not there.

    Without `download` nothing is written: files that lie there as archives are read from these.

    Raises DatasetUnavailable where the files are neither under `root` nor can be
    downloaded, and UserError for another name, a file that is damaged or cannot be read, and a
    folder that would have to be written and cannot be.
    """
    if name not in SOURCES:
        raise UserError(f"no pixels of {name!r} are stored: choose one of {', '.join(SOURCES)}")
    source = SOURCES[name]
    raw = Path(root) / source.title / "raw"
    if download:
        fetch(source.title, source.archives, source.mirrors, raw)
    elif not all((raw / file).exists() or _archive(raw / file).exists() for file in SHAPES):
        raise DatasetUnavailable(
            f"{source.title} is not in {raw}: train once, which downloads it, or name the folder "
            "that holds it with --data-root"
        )

    contents = {
        file: _read_idx(raw / file, shape, source.sha256.get(file))
        for file, shape in SHAPES.items()
    }
    for file in (TRAIN_LABELS, TEST_LABELS):
        largest = contents[file].max()
        if largest >= MNIST.classes:
            raise UserError(
                f"{raw / file} holds the label {largest}, the largest allowed is "
                f"{MNIST.classes - 1}: delete the file and run again"
            )
    return Pixels(*contents.values())


def _archive(path: Path) -> Path:
    return path.with_name(f"{path.name}.gz")


def _read_idx(path: Path, shape: tuple[int, ...], sha256: str | None) -> UInt8[np.ndarray, "..."]:
    """Read a file of unsigned bytes in the IDX format.

    Raises UserError where the file cannot be read, is not one of exactly this `shape`, or has
    another checksum than `sha256` (None: not checked).
    """
    # The magic number is 0x0800 (unsigned bytes) plus the number of dimensions.
    header = np.array([0x0800 + len(shape), *shape], dtype=">u4")
    expected_bytes = header.nbytes + math.prod(shape)
    packed = not path.exists()
    path = _archive(path) if packed else path
    try:
        # The size first: whatever else lies there, no more than the right number of bytes is read.
        if packed:
            with gzip.open(path) as file:
                contents = np.frombuffer(file.read(expected_bytes + 1), np.uint8)
            actual_bytes = len(contents)
        else:
            contents = np.empty(0, np.uint8)
            actual_bytes = path.stat().st_size
        if actual_bytes != expected_bytes:
            raise UserError(
                f"{path} has {actual_bytes:,} bytes instead of {expected_bytes:,}: "
                "delete the file and run again"
            )
        if not packed:
            contents = np.fromfile(path, dtype=np.uint8)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"{path} cannot be read ({reason}): make it a readable file, or delete it and run again"
        ) from error
    actual_header = contents[: header.nbytes].view(">u4")
    if not np.array_equal(actual_header, header):
        raise UserError(
            f"{path} starts with the IDX header {actual_header.tolist()} instead of "
            f"{header.tolist()}: delete the file and run again"
        )
    # The very bytes that are trained on are checked: 30 ms for all of MNIST where the processor
    # has instructions for SHA-256, 100 ms where it has none.
    if sha256 is not None and hashlib.sha256(contents.data).hexdigest() != sha256:
        raise UserError(f"{path} is damaged (its SHA-256 is wrong): delete the file and run again")
    return contents[header.nbytes :].reshape(shape)
