"""What the site takes along of MNIST: a model, its test images, and a few images to learn from."""

import json
from pathlib import Path

import numpy as np

from common.configuration import Configuration
from common.runs.run_folder import FinishedRun
from data.errors import UserError
from data.mnist import MNIST, Pixels
from play.in_browser import IMAGES, MODEL

FEW_TRAIN, FEW_OTHERS = 2_000, 500


def write_model(run: Path, target: Path) -> float:
    """Write the model of a finished run of tier 1, and return its test accuracy.

    Raises:
        UserError: where the folder holds no such run.
    """
    finished = FinishedRun(run)
    if (finished.tier, finished.options.dataset) != ("numpy", "mnist"):
        raise UserError(f"{run}: holds no run of tier 1 on MNIST")
    accuracy = finished.test.test_accuracy
    assert accuracy is not None  # that of a regression
    names = Configuration.option_fields()
    options = {name: getattr(finished.options, name) for name in names}
    about = {"options": np.array(json.dumps(options)), "accuracy": np.array(accuracy)}
    np.savez_compressed(target / MODEL, **(about | finished.weights))  # pyrefly: ignore
    return accuracy


def write_images(pixels: Pixels, target: Path) -> None:
    """Write MNIST's test images, and the few images that exercise 07 is judged on."""
    labels = pixels.test_labels.astype(np.uint8)
    np.savez_compressed(target / IMAGES, images=pixels.test_images, labels=labels)
    few, others = slice(FEW_TRAIN), slice(MNIST.train, MNIST.train + FEW_OTHERS)
    new = slice(2 * FEW_OTHERS)
    np.savez_compressed(
        target / "few_images.npz",
        images=pixels.train_images[few],
        labels=pixels.train_labels[few].astype(np.int64),
        validation_images=pixels.train_images[others],
        validation_labels=pixels.train_labels[others].astype(np.int64),
        new_images=pixels.test_images[new],
        new_labels=pixels.test_labels[new].astype(np.int64),
    )
