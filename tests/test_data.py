"""The loader: what it loads, in which order, and what it says when it cannot."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision.datasets
from hypothesis import given
from hypothesis import strategies as st
from idx_files import SHAPES, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, tells, write_idx

from common.errors import UserError
from data.mnist import (
    DATASETS,
    load_dataset,
    minibatches,
    shuffled_indices,
)

REPOSITORY = Path(__file__).resolve().parents[1]


def torchvision_arrays(train: bool) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (n, 784) and labels (n,) as torchvision itself reads them."""
    source = torchvision.datasets.MNIST(REPOSITORY / "data", train=train)
    return source.data.numpy().reshape(-1, 784), source.targets.numpy()


# --- what is loaded -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mnist", "digits", "xor"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_splits_have_the_described_sizes(name, dtype, mnist):
    description = DATASETS[name]
    dataset = load_dataset(name, REPOSITORY / "data", dtype)
    assert (dataset.name, dataset.classes) == (name, description.classes)
    for part in ("train", "validation", "test"):
        split, count = getattr(dataset, part), getattr(description, part)
        assert len(split) == count
        assert split.images.shape == (count, description.image_size)
        assert split.images.dtype == dtype
        assert split.images.flags.c_contiguous
        assert split.labels.shape == (count,)
        assert split.labels.dtype == np.int64
        assert set(split.labels.tolist()) == set(range(description.classes))


def test_descriptions():
    sizes = {
        name: (d.image_size, d.classes, d.train, d.validation, d.test)
        for name, d in DATASETS.items()
    }
    assert sizes == {
        "mnist": (784, 10, 55_000, 5_000, 10_000),
        "fashion-mnist": (784, 10, 55_000, 5_000, 10_000),
        "digits": (64, 10, 1_297, 200, 300),
        "xor": (2, 2, 1_000, 200, 1_000),
    }


def test_mnist_label_counts_are_the_published_ones(mnist):
    labels = np.concatenate([mnist.train.labels, mnist.validation.labels])
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(labels).tolist() == counts
    test_counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(mnist.test.labels).tolist() == test_counts


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_mnist_test_images_are_the_standardised_pixels(dtype, mnist):
    pixels, labels = torchvision_arrays(train=False)
    test = load_dataset("mnist", REPOSITORY / "data", dtype).test
    expected = ((pixels.astype(np.float64) / 255 - 0.1307) / 0.3081).astype(dtype)
    np.testing.assert_array_equal(test.images, expected)
    np.testing.assert_array_equal(test.labels, labels)


def test_train_and_validation_share_out_the_60_000_images(mnist):
    """Each image, with its own label, is in exactly one of the two."""
    loaded = Counter()
    for split in (mnist.train, mnist.validation):
        pixels = np.rint((split.images * 0.3081 + 0.1307) * 255).astype(np.uint8)
        loaded.update(zip(map(bytes, pixels), split.labels.tolist(), strict=True))
    pixels, labels = torchvision_arrays(train=True)
    assert loaded == Counter(zip(map(bytes, pixels), labels.tolist(), strict=True))


def test_the_mean_training_image_is_standardised(mnist):
    """Catches a wrong mean or standard deviation, whatever the formula."""
    assert abs(mnist.train.images.mean(dtype=np.float64)) < 1e-3
    assert abs(mnist.train.images.std(dtype=np.float64) - 1) < 1e-3


@pytest.mark.parametrize(
    ("name", "first_labels"),
    [("mnist", [1, 6, 9, 4, 6, 2, 6, 6, 6, 7]), ("digits", [4, 9, 7, 2, 9, 3, 6, 7, 5, 5])],
)
def test_the_split_is_the_same_everywhere(name, first_labels, mnist):
    """Figures of different runs, seeds and machines are about the same validation images."""
    np.random.seed(1)
    once = load_dataset(name, REPOSITORY / "data")
    np.random.seed(2)
    again = load_dataset(name, REPOSITORY / "data")
    np.testing.assert_array_equal(once.validation.images, again.validation.images)
    assert once.validation.labels[:10].tolist() == first_labels


def test_digits_share_out_the_1797_images():
    from sklearn.datasets import load_digits

    digits = load_digits()
    dataset = load_dataset("digits", Path("unused"), "float64")
    loaded = Counter()
    for split in (dataset.train, dataset.validation, dataset.test):
        pixels = np.rint((split.images * 0.3760 + 0.3053) * 16).astype(np.uint8)
        loaded.update(zip(map(bytes, pixels), split.labels.tolist(), strict=True))
    pixels = digits.data.astype(np.uint8)
    assert loaded == Counter(zip(map(bytes, pixels), digits.target.tolist(), strict=True))
    assert abs(np.mean(digits.data / 16) - 0.3053) < 1e-4
    assert abs(np.std(digits.data / 16) - 0.3760) < 1e-4


def test_xor_is_noisy_corners_labelled_by_their_signs():
    dataset = load_dataset("xor", Path("unused"), "float64")
    splits = (dataset.train, dataset.validation, dataset.test)
    points = np.concatenate([split.images for split in splits])
    labels = np.concatenate([split.labels for split in splits])
    assert len(np.unique(points, axis=0)) == 2_200  # the splits share no point
    # The noise carries a coordinate over an axis once in 2,300 draws.
    rule = (points[:, 0] * points[:, 1] < 0).astype(np.int64)
    assert 0.995 < np.mean(rule == labels) < 1
    quadrants = np.bincount((points[:, 0] > 0) + 2 * (points[:, 1] > 0))
    assert quadrants.min() > 2_200 / 4 - 80
    noise = np.abs(points) - 1
    assert abs(noise.mean()) < 0.02
    assert abs(noise.std() - 0.3) < 0.02
    again = load_dataset("xor", Path("unused"), "float64")
    np.testing.assert_array_equal(again.test.images, dataset.test.images)


def test_loading_does_not_import_torch(mnist):
    code = (
        "import sys; from pathlib import Path; from data.mnist import load_dataset\n"
        "for name in 'mnist', 'digits', 'xor': load_dataset(name, Path('data'))\n"
        "assert 'numpy' in sys.modules; print([m for m in sys.modules if m.startswith('torch')])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"


# --- the order of the minibatches -----------------------------------------------------------------


@given(count=st.integers(1, 300), seed=st.integers(0, 2**32), epoch=st.integers(0, 1_000))
def test_an_order_visits_each_index_once_and_can_be_repeated(count, seed, epoch):
    order = shuffled_indices(count, seed, epoch)
    assert order.dtype == np.int64
    assert sorted(order.tolist()) == list(range(count))
    np.random.seed(1)  # NumPy's global state, which Hypothesis sets to 0, must not matter
    np.testing.assert_array_equal(order, shuffled_indices(count, seed, epoch))


def test_orders_differ_by_seed_and_by_epoch():
    orders = {tuple(shuffled_indices(100, seed, epoch)) for seed in range(8) for epoch in range(8)}
    assert len(orders) == 64


@given(count=st.integers(1, 200), batch_size=st.integers(1, 250))
def test_minibatches_are_consecutive_slices(count, batch_size):
    order = shuffled_indices(count, seed=0, epoch=0)
    parts = list(minibatches(order, batch_size))
    np.testing.assert_array_equal(np.concatenate(parts), order)
    assert all(len(part) == batch_size for part in parts[:-1])
    assert 0 < len(parts[-1]) <= batch_size


def test_minibatches_of_a_tensor_are_tensors_that_share_its_memory():
    order = torch.arange(10)
    parts = list(minibatches(order, 4))
    assert [part.tolist() for part in parts] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert parts[0].data_ptr() == order.data_ptr()


# --- what is said when it cannot be loaded --------------------------------------------------------


@pytest.fixture
def black_images(tmp_path) -> Path:
    """A root whose MNIST consists of black images, all of class 0."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for file, shape in SHAPES.items():
        write_idx(raw / file, shape)
    return tmp_path


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def lengthen(path: Path) -> None:
    os.truncate(path, path.stat().st_size + 1)


def set_magic_number(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\0\0\x0d\3")  # floats instead of unsigned bytes


def swap_counts(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(np.array([0x0803, 28, 28, 60_000], dtype=">u4").tobytes())


@pytest.mark.parametrize(
    ("file", "damage", "fragments"),
    [
        (TRAIN_IMAGES, truncate, ["47,040,015 bytes", "47,040,016", "delete"]),
        (TEST_IMAGES, lengthen, ["7,840,017 bytes", "7,840,016", "delete"]),
        (TEST_LABELS, truncate, ["10,007 bytes", "10,008", "delete"]),
        (TRAIN_IMAGES, set_magic_number, ["[3331, 60000, 28, 28]", "[2051, 60000,", "delete"]),
        (TRAIN_IMAGES, swap_counts, ["[2051, 28, 28, 60000]", "[2051, 60000,", "delete"]),
    ],
    ids=["truncated", "too long", "truncated labels", "magic number", "sizes"],
)
def test_a_damaged_file_is_named(black_images, file, damage, fragments):
    path = black_images / "MNIST" / "raw" / file
    damage(path)
    with tells(UserError, str(path), *fragments):
        load_dataset("mnist", black_images)


@pytest.mark.parametrize("file", [TRAIN_LABELS, TEST_LABELS])
def test_a_label_out_of_range_is_told(black_images, file):
    path = black_images / "MNIST" / "raw" / file
    write_idx(path, SHAPES[file], first_bytes=bytes([9, 10]))
    with tells(UserError, str(path), "label 10", "allowed is 9", "delete"):
        load_dataset("mnist", black_images)


def test_a_file_that_may_not_be_read_is_told(black_images, monkeypatch):
    def refuse(path, dtype):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(np, "fromfile", refuse)
    path = black_images / "MNIST" / "raw" / TRAIN_IMAGES
    with tells(UserError, str(path), "Permission denied", "readable"):
        load_dataset("mnist", black_images)


def test_unknown_names_are_told_the_known_ones(tmp_path):
    with tells(UserError, "'minst'", "mnist, fashion-mnist, digits, xor"):
        load_dataset("minst", tmp_path)
    with tells(UserError, "'float16'", "float32 or float64"):
        load_dataset("xor", tmp_path, "float16")


def test_a_root_that_cannot_be_written_is_told(tmp_path):
    root = tmp_path / "file"
    root.touch()
    with tells(UserError, str(root / "MNIST" / "raw"), "Not a directory", "another data folder"):
        load_dataset("mnist", root)


def test_a_crash_of_the_child_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with tells(UserError, "exit status 1", str(tmp_path / "MNIST" / "raw"), "gunzipped"):
        load_dataset("mnist", tmp_path)


def test_fashion_mnist_is_read_from_its_own_folder(black_images):
    (black_images / "MNIST").rename(black_images / "FashionMNIST")
    fashion = load_dataset("fashion-mnist", black_images)
    assert (len(fashion.train), len(fashion.validation), len(fashion.test)) == (
        55_000,
        5_000,
        10_000,
    )
    black = np.float32(-0.2860 / 0.3530)
    assert (fashion.train.images == black).all()
