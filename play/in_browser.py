"""The page where Python itself runs in the browser: the same answers, and a model of the site's."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import numpy as np

from common.configuration import Configuration
from play.api import Api
from play.digit_models import DigitModel, ModelUnavailable
from play.digits import Digits, TestImages
from play.limits import TORCH_REMEDY
from play.sessions import Refusal, Sessions

# What the site's build puts beside the page: see website/bundled_data.py.
MODEL, IMAGES = "digit_model.npz", "test_images.npz"


class BundledModels:
    """The model of tier 1 that the site's build has trained.

    Args:
        folder: holds MODEL, where the build had MNIST.
    """

    place = "this site"

    def __init__(self, folder: Path) -> None:
        self._file = folder / MODEL
        self._model: DigitModel | None = None

    def find(self, tier: str) -> DigitModel:
        """This tier's model. Raises ModelUnavailable for tiers 2 and 3."""
        if tier != "numpy":
            install = '.venv/bin/python -m pip install --editable ".[torch]"'
            raise ModelUnavailable(TORCH_REMEDY, install)
        if not self._file.is_file():
            raise ModelUnavailable("This site was built without MNIST.", "make site")
        if self._model is None:
            read = dict(np.load(self._file))
            options = Configuration.from_values(json.loads(str(read.pop("options"))))
            accuracy = float(read.pop("accuracy"))
            self._model = DigitModel("numpy", options, read, accuracy)
        return self._model


def read_test_images(folder: Path) -> TestImages:
    """The test images that come along. Raises Refusal where there are none."""
    file = folder / IMAGES
    if not file.is_file():
        raise Refusal("This site was built without MNIST's test images.", "missing", 404)
    read = np.load(file)
    return read["images"], read["labels"].astype(np.int64)


def make_answer(folder: str) -> Callable[[str, str, str], tuple[int, str]]:
    """What answers a request, of a method, an address and a body, with a status and JSON.

    Args:
        folder: holds what the site's build puts beside the page.
    """
    data = Path(folder)
    api = Api(Sessions(), Digits(BundledModels(data), lambda: read_test_images(data)))

    def answer(method: str, address: str, body: str) -> tuple[int, str]:
        parts = urlsplit(address)
        path = parts.path.removeprefix("api/")
        answered = api.answer(method, path, dict(parse_qsl(parts.query)), body.encode())
        return answered.status, answered.json.decode()

    return answer
