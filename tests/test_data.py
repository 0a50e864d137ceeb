"""The datasets: what is loaded, in which order, and what is said when it cannot be loaded."""

import gzip
import os
import shutil
from collections import Counter
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets
import torchvision.datasets
from idx_files import tells, write_idx

from data.datasets import DATA_ROOT, DATASETS, DatasetUnavailable, load_dataset
from data.errors import UserError
from data.mnist import SHAPES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, read_pixels

# --- what is loaded -------------------------------------------------------------------------------


def test_descriptions():
    assert {name: astuple(description) for name, description in DATASETS.items()} == {
        "mnist": (784, 10, 55_000, 5_000, 10_000),
        "fashion-mnist": (784, 10, 55_000, 5_000, 10_000),
        "digits": (64, 10, 1_297, 200, 300),
        **dict.fromkeys(["xor", "moons", "circles", "spiral"], (2, 2, 1_000, 200, 1_000)),
        "sine": (1, 0, 1_000, 200, 1_000),
    }


@pytest.mark.parametrize("name", ["mnist", "digits", "xor", "moons", "circles", "spiral"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_splits_have_the_described_sizes(name, dtype):
    description = DATASETS[name]
    dataset = load_dataset(name, dtype=dtype)
    assert (dataset.name, dataset.classes) == (name, description.classes)
    for part in ("train", "validation", "test"):
        split, count = getattr(dataset, part), getattr(description, part)
        assert len(split) == count
        assert split.images.shape == (count, description.inputs)
        assert split.images.dtype == dtype
        assert split.images.flags.c_contiguous
        assert split.labels.shape == (count,)
        assert split.labels.dtype == np.int64
        assert set(split.labels.tolist()) == set(range(description.classes))


@pytest.mark.parametrize(
    ("name", "first_labels"),
    [
        ("mnist", [1, 6, 9, 4, 6, 2, 6, 6, 6, 7]),
        ("digits", [4, 9, 7, 2, 9, 3, 6, 7, 5, 5]),
        ("xor", [0, 0, 1, 1, 1, 1, 0, 0, 1, 0]),
        ("moons", [1, 1, 1, 1, 0, 0, 0, 1, 1, 1]),
        ("circles", [0, 1, 1, 1, 1, 0, 0, 0, 0, 1]),
        ("spiral", [0, 1, 0, 1, 0, 0, 1, 1, 0, 1]),
    ],
)
def test_the_split_is_the_same_everywhere(name, first_labels):
    """Figures of different runs, seeds and machines are about the same validation images."""
    assert load_dataset(name).validation.labels[:10].tolist() == first_labels


def test_pixels_and_labels_are_those_that_torchvision_reads(mnist):
    pixels = read_pixels("mnist", DATA_ROOT)
    train, test = (torchvision.datasets.MNIST(DATA_ROOT, train=train) for train in (True, False))
    np.testing.assert_array_equal(pixels.train_images, train.data.numpy())
    np.testing.assert_array_equal(pixels.train_labels, train.targets.numpy())
    np.testing.assert_array_equal(pixels.test_images, test.data.numpy())
    np.testing.assert_array_equal(pixels.test_labels, test.targets.numpy())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_mnist_test_images_are_the_standardised_pixels(dtype):
    pixels = read_pixels("mnist", DATA_ROOT)
    test = load_dataset("mnist", dtype=dtype).test
    levels = pixels.test_images.reshape(10_000, 784).astype(np.float64)
    np.testing.assert_array_equal(test.images, ((levels / 255 - 0.1307) / 0.3081).astype(dtype))
    np.testing.assert_array_equal(test.labels, pixels.test_labels)


def rows_of(images, labels) -> Counter:
    """Count each row of pixels together with its label."""
    rows = np.rint(images).astype(np.uint8).reshape(len(images), -1)
    return Counter(zip(map(bytes, rows), labels.tolist(), strict=True))


def test_each_mnist_image_is_in_train_or_validation_with_its_own_label(mnist):
    loaded = Counter()
    for split in (mnist.train, mnist.validation):
        loaded.update(rows_of((split.images * 0.3081 + 0.1307) * 255, split.labels))
    pixels = read_pixels("mnist", DATA_ROOT)
    assert loaded == rows_of(pixels.train_images, pixels.train_labels)
    assert abs(mnist.train.images.mean(dtype=np.float64)) < 1e-3
    assert abs(mnist.train.images.std(dtype=np.float64) - 1) < 1e-3


def test_each_digit_is_in_one_split_with_its_own_label():
    dataset = load_dataset("digits", "unused", "float64")
    splits = (dataset.train, dataset.validation, dataset.test)
    images = np.concatenate([split.images for split in splits])
    labels = np.concatenate([split.labels for split in splits])
    digits = sklearn.datasets.load_digits()
    assert rows_of((images * 0.3760 + 0.3053) * 16, labels) == rows_of(digits.data, digits.target)
    assert abs(images.mean()) < 1e-3
    assert abs(images.std() - 1) < 1e-3


def test_xor_is_noisy_corners_labelled_by_their_signs():
    dataset = load_dataset("xor", "unused", "float64")
    splits = (dataset.train, dataset.validation, dataset.test)
    points = np.concatenate([split.images for split in splits])
    labels = np.concatenate([split.labels for split in splits])
    assert len(np.unique(points, axis=0)) == 2_200  # the splits share no point
    # The noise carries a coordinate over an axis once in 2,300 draws.
    assert 0.995 < np.mean((points[:, 0] * points[:, 1] < 0) == labels) < 1
    quadrants = np.bincount((points[:, 0] > 0) + 2 * (points[:, 1] > 0))
    assert quadrants.min() > 2_200 / 4 - 80
    noise = np.abs(points) - 1
    assert abs(noise.mean()) < 0.02
    assert abs(noise.std() - 0.3) < 0.02


# --- what is said when it cannot be loaded --------------------------------------------------------


@pytest.fixture
def black_images(tmp_path) -> Path:
    """A root whose Fashion-MNIST consists of black images, all of class 0."""
    raw = tmp_path / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for file, shape in SHAPES.items():
        write_idx(raw / file, shape)
    return tmp_path


def test_fashion_mnist_is_read_from_its_own_folder_on_its_own_scale(black_images):
    fashion = load_dataset("fashion-mnist", black_images)
    assert len(fashion.train) == 55_000
    assert (fashion.train.images == np.float32(-0.2860 / 0.3530)).all()


def overwrite(path: Path, at: int, values: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(values)


FLOATS = b"\0\0\x0d\3"  # the magic number of floats, where unsigned bytes are expected
SWAPPED = np.array([0x0803, 28, 28, 60_000], dtype=">u4").tobytes()


@pytest.mark.parametrize(
    ("file", "damage", "fragments"),
    [
        (TRAIN_IMAGES, lambda path: os.truncate(path, 47_040_015), ["47,040,015", "47,040,016"]),
        (TEST_LABELS, lambda path: os.truncate(path, 10_009), ["10,009 bytes", "10,008"]),
        (TRAIN_IMAGES, lambda path: overwrite(path, 0, FLOATS), ["[3331, 60000,", "[2051, 60000,"]),
        (TRAIN_IMAGES, lambda path: overwrite(path, 0, SWAPPED), ["[2051, 28, 28,", "[2051, 60"]),
        (TRAIN_LABELS, lambda path: overwrite(path, 9, b"\x0a"), ["label 10", "allowed is 9"]),
        (TEST_LABELS, lambda path: overwrite(path, 9, b"\x0a"), ["label 10", "allowed is 9"]),
    ],
    ids=["truncated", "too long", "magic number", "sizes", "label", "test label"],
)
def test_a_file_of_the_wrong_form_is_named(black_images, file, damage, fragments):
    path = black_images / "FashionMNIST" / "raw" / file
    damage(path)
    with tells(UserError, str(path), *fragments, "delete the file and run again"):
        load_dataset("fashion-mnist", black_images)


@pytest.mark.parametrize("file", [TRAIN_IMAGES, TEST_LABELS])
def test_one_flipped_bit_in_mnist_is_noticed(file, mnist, tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in SHAPES:
        shutil.copyfile(DATA_ROOT / "MNIST" / "raw" / name, raw / name)
    last = (raw / file).read_bytes()[-1]
    overwrite(raw / file, (raw / file).stat().st_size - 1, bytes([last ^ 1]))
    with tells(UserError, str(raw / file), "damaged", "SHA-256", "delete the file and run again"):
        load_dataset("mnist", tmp_path)


def test_a_file_that_may_not_be_read_is_reported(black_images, monkeypatch):
    def refuse(path, dtype):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(np, "fromfile", refuse)
    path = black_images / "FashionMNIST" / "raw" / TRAIN_IMAGES
    with tells(UserError, str(path), "Permission denied", "readable"):
        load_dataset("fashion-mnist", black_images)


def test_without_download_archives_are_enough(black_images):
    raw = black_images / "FashionMNIST" / "raw"
    whole = load_dataset("fashion-mnist", black_images)
    for name in SHAPES:
        (raw / f"{name}.gz").write_bytes(gzip.compress((raw / name).read_bytes(), 1))
        (raw / name).unlink()
    packed = load_dataset("fashion-mnist", black_images, download=False)
    np.testing.assert_array_equal(packed.train.labels, whole.train.labels)
    assert sorted(path.name for path in raw.glob("*-*")) == sorted(f"{name}.gz" for name in SHAPES)
    (raw / f"{TRAIN_IMAGES}.gz").write_bytes(b"no archive")
    with tells(UserError, f"{TRAIN_IMAGES}.gz", "cannot be read", "delete it and run again"):
        load_dataset("fashion-mnist", black_images, download=False)


def test_without_download_nothing_is_made_and_the_folder_is_named(tmp_path):
    with pytest.raises(
        DatasetUnavailable, match=r"MNIST is not in .*/MNIST/raw: train once, which"
    ):
        load_dataset("mnist", tmp_path / "data", download=False)
    assert not list(tmp_path.iterdir())


def test_unknown_names_are_reported_with_the_known_ones(tmp_path):
    with tells(UserError, "'minst'", "mnist, fashion-mnist, digits, xor, moons, circles, spiral"):
        load_dataset("minst", tmp_path)
    with tells(UserError, "'float16'", "float32 or float64"):
        load_dataset("xor", tmp_path, "float16")
    with tells(UserError, "'xor'", "mnist, fashion-mnist"):
        read_pixels("xor", tmp_path)
