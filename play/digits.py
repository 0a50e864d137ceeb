"""The digit view: a drawing or a test image, classified by the tiers' models.

The test images are those that each run was tested on; nothing is trained or chosen by them here.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int, UInt8

from data.errors import DatasetUnavailable
from data.mnist import MNIST, SOURCES, read_pixels
from data.splits import standardised_split
from play.digit_models import DigitModel, Models, ModelUnavailable
from play.drawing import DRAWING, SIDE, centre_drawing
from play.encoding import pack, unpack_bytes
from play.sessions import Refusal
from tiers import TIERS

MAX_IMAGES = 100  # in one answer

TestImages = tuple[UInt8[np.ndarray, "n 28 28"], Int[np.ndarray, " n"]]


def read_test_images(data_root: Path) -> TestImages:
    """MNIST's test images and labels from a folder that holds MNIST/raw. Raises Refusal."""
    try:
        read = read_pixels("mnist", data_root, download=False)
    except DatasetUnavailable:
        raise Refusal(
            "MNIST's test images aren't here yet: training a tier on MNIST downloads them.",
            "missing",
            404,
        ) from None
    return read.test_images.copy(), read.test_labels.astype(np.int64)


class Digits:
    """What the digit view requests.

    Args:
        models: the tiers' models.
        read_images: reads MNIST's test images and labels, or raises Refusal.
    """

    def __init__(self, models: Models, read_images: Callable[[], TestImages]) -> None:
        self._models = models
        self._read_images = read_images
        self._test: TestImages | None = None
        self._predictions: dict[str, tuple[DigitModel, np.ndarray]] = {}
        self._lock = threading.Lock()  # one request at a time: they share what was read

    def about(self) -> dict[str, Any]:
        """Which tiers have a model, and whether there are test images."""
        with self._lock:
            try:
                self.test_images()
                images: dict[str, Any] = {"available": True, "count": MNIST.test, "reason": None}
                classified = bool(self._available())
                images["wrong"] = int(self._wrong().sum()) if classified else None
            except Refusal as refusal:
                images = {"available": False, "count": 0, "wrong": None, "reason": str(refusal)}
            return {
                "tiers": [self._about_tier(name) for name in TIERS],
                "folder": self._models.place,
                "drawing": DRAWING,
                "images": images,
            }

    def _about_tier(self, name: str) -> dict[str, Any]:
        about = {"name": name, "title": TIERS[name].title}
        try:
            trained = self._models.find(name).trained
        except ModelUnavailable as missing:
            about |= {"reason": str(missing), "command": missing.command}
            return about | {"available": False, "trained": None}
        return about | {"available": True, "trained": trained, "reason": None, "command": None}

    def classify_drawing(self, drawing: str) -> dict[str, Any]:
        """Every tier's prediction for a drawing, fitted and centred as MNIST's images are."""
        try:
            ink = unpack_bytes(drawing, DRAWING * DRAWING).reshape(DRAWING, DRAWING)
        except ValueError as error:
            raise Refusal(
                f"The drawing is not {DRAWING} x {DRAWING} bytes.", "request", 400
            ) from error
        if not ink.any():
            raise Refusal("Draw a digit first.", "set-up", 422)
        with self._lock:
            return self._classified(centre_drawing(ink), None)

    def classify_image(self, number: int) -> dict[str, Any]:
        """Every tier's prediction for a test image."""
        with self._lock:
            pixels, labels = self.test_images()
            if number >= len(labels):
                raise Refusal(f"There are {len(labels):,} test images.", "set-up", 422)
            return self._classified(pixels[number], int(labels[number]))

    def _classified(self, image: UInt8[np.ndarray, "28 28"], label: int | None) -> dict[str, Any]:
        tiers = {}
        for name, model in self._available().items():
            prediction = model.classify(_standardised(image[None], model)[0])
            largest = np.abs(prediction.saliency).max() or 1.0
            saliency = (prediction.saliency / largest).reshape(SIDE, SIDE)
            tiers[name] = {
                "prediction": prediction.digit,
                "probabilities": prediction.probabilities,
                "hidden": [
                    {"label": label, "values": pack(values, "float32")}
                    for label, values in prediction.hidden.items()
                ],
                "saliency": pack(saliency, "float32"),
            }
        return {"centred": pack(image, "uint8"), "label": label, "tiers": tiers}

    def images(self, offset: int, count: int, order: str) -> dict[str, Any]:
        """Some test images, with each tier's prediction.

        Args:
            order: "wrong" begins with those that any tier gets wrong; "all" is MNIST's own.
        """
        with self._lock:
            pixels, labels = self.test_images()
            numbers = np.arange(len(labels))
            if order == "wrong":
                numbers = np.argsort(~self._wrong(), kind="stable")
            predictions = self._all_predictions()
            shown = numbers[offset : offset + min(count, MAX_IMAGES)]
            images = [
                {
                    "image": number,
                    "label": labels[number],
                    "pixels": pack(pixels[number], "uint8"),
                    "predictions": {name: seen[number] for name, seen in predictions.items()},
                }
                for number in shown
            ]
            return {"offset": offset, "total": len(labels), "images": images}

    def _available(self) -> dict[str, DigitModel]:
        found = {}
        for name in TIERS:
            try:
                found[name] = self._models.find(name)
            except ModelUnavailable:
                continue
        return found

    def test_images(self) -> TestImages:
        """MNIST's test images and labels. Raises Refusal where they are not on this computer."""
        if self._test is None:
            self._test = self._read_images()
        return self._test

    def _all_predictions(self) -> dict[str, np.ndarray]:
        pixels, _ = self.test_images()
        for name, model in self._available().items():
            if name not in self._predictions or self._predictions[name][0] is not model:
                seen = model.predictions(_standardised(pixels, model))
                self._predictions[name] = model, seen
        return {name: self._predictions[name][1] for name in self._available()}

    def _wrong(self) -> np.ndarray:
        """Whether any tier gets an image wrong."""
        _, labels = self.test_images()
        wrong = np.zeros(len(labels), bool)
        for seen in self._all_predictions().values():
            wrong |= seen != labels
        return wrong


def _standardised(
    pixels: UInt8[np.ndarray, "n 28 28"], model: DigitModel
) -> Float[np.ndarray, "n 784"]:
    """The images as the train scripts see them."""
    rows, scale = np.arange(len(pixels)), SOURCES["mnist"].scale
    labels = np.zeros(len(pixels), np.uint8)
    return standardised_split(pixels, labels, rows, scale, model.options.dtype).images
