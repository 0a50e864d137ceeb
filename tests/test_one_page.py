"""docs/one_page.py is tier 1, step by step, and reads the same images."""

import importlib.util

import numpy as np
import pytest

from common.configuration import Configuration
from common.runs.options import REPOSITORY
from data.datasets import Dataset, Split
from data.mnist import read_pixels
from train_numpy import train

PATH = REPOSITORY / "docs" / "one_page.py"


@pytest.fixture(scope="module")
def one_page():
    specification = importlib.util.spec_from_file_location("one_page", PATH)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_it_fits_on_one_page():
    assert len(PATH.read_text().splitlines()) <= 60


def test_each_step_is_that_of_tier_1(one_page, mnist_root):
    images, labels = one_page.load("train")
    pixels = read_pixels("mnist", mnist_root)
    raw = pixels.train_images.reshape(-1, 784) / 255
    np.testing.assert_array_equal(images, ((raw - 0.1307) / 0.3081).astype("float32"))
    np.testing.assert_array_equal(labels, pixels.train_labels)

    # 1,000 images: the last minibatch of an epoch is smaller than the others.
    X, y = images[:1000].astype("float64"), labels[:1000].astype("int64")
    split = Split(X, y)
    configuration = Configuration(
        hidden=one_page.SIZES[1:-1],
        batch_size=one_page.BATCH_SIZE,
        epochs=3,
        learning_rate=one_page.LEARNING_RATE,
        momentum=one_page.MOMENTUM,
        weight_decay=0.0,
        schedule="warmup-linear",
        warmup=0.0,
        dtype="float64",
    )
    model, history = train(configuration, Dataset("mnist", split, split, split, classes=10))
    losses, W, b = zip(*one_page.train(X, y, epochs=3), strict=True)
    np.testing.assert_allclose(losses, history.losses, rtol=1e-11)
    for i, (weight, bias) in enumerate(zip(W[-1], b[-1], strict=True)):
        parameters = model.parameters()
        np.testing.assert_allclose(weight, parameters[f"layers.{2 * i}.weight"], atol=1e-12)
        np.testing.assert_allclose(bias, parameters[f"layers.{2 * i}.bias"], atol=1e-12)
    logits = one_page.forward(X[:50], W[-1], b[-1])[-1]
    np.testing.assert_allclose(logits, model.forward(X[:50]), atol=1e-11)
