"""What a reader may set on the page: one class of every choice, with its limits at the fields.

A `Setup` is a configuration as the tiers' `train_steps` takes it, and the data and tiers besides.
"""

import re
from importlib.util import find_spec
from typing import Literal

from common.configuration import ScheduleName, TorchConfiguration
from common.options import option
from data.errors import UserError
from data.points import PLANE
from tiers import TIERS

MAX_SESSIONS = 4
MAX_POINTS = 2_000
MAX_LAYERS = 6
MAX_CLASSES = 4
MIN_OWN_POINTS = 2  # where no others are trained on
MAX_REQUEST_BYTES = 64 * 1024  # of a request's body
EXTENT = 3.0  # of an empty plane: it reaches from -EXTENT to EXTENT in both directions
MAX_COORDINATE = 10.0  # coordinate of a point

TORCH_REMEDY = 'Tiers 2 and 3 need torch: .venv/bin/python -m pip install -e ".[torch]".'

Point = tuple[float, float, int]


class Setup(TorchConfiguration):
    """One training as the page requests it.

    Raises:
        UserError: for a value outside its limits, or two that exclude each other, in one line.
    """

    dataset: Literal["xor", "moons", "circles", "spiral", "own"] = option("spiral")
    """points to train on"""
    count: int = option(PLANE.train, ge=10, le=MAX_POINTS)
    """points to train on"""
    noise: float | None = option(None, ge=0, le=2)
    """standard deviation (the set's if None)"""
    classes: int = option(2, ge=2, le=MAX_CLASSES)
    """number of classes"""
    points: tuple[Point, ...] = option(())
    """the reader's own: x, y and class of each"""
    tier: Literal["numpy", "lowlevel", "paper", "all"] = option("numpy")
    """which tier trains, or all"""
    hidden: tuple[int, ...] = option((8, 4), ge=1, le=64)
    """widths of the hidden layers"""
    epochs: int = option(200, ge=1, le=1_000)
    """passes over the training points"""
    batch_size: int = option(32, ge=1, le=MAX_POINTS)
    """points in a minibatch"""
    weight_decay: float = option(0.0, ge=0, le=1000)
    """on weights"""
    schedule: ScheduleName = option("constant")
    """course of the learning rate"""
    device: Literal["cpu"] = option("cpu")
    """where tiers 2 and 3 compute"""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.tier != "numpy" and find_spec("torch") is None:
            raise UserError(TORCH_REMEDY)
        if len(self.hidden) > MAX_LAYERS:
            raise UserError(
                f"{len(self.hidden)} hidden layers: the page shows at most {MAX_LAYERS}; remove"
                " some"
            )
        if len(self.points) > MAX_POINTS:
            raise UserError(
                f"{len(self.points):,} points: at most {MAX_POINTS:,} are possible; remove some"
            )
        for x, y, label in self.points:
            if not max(abs(x), abs(y)) <= MAX_COORDINATE:  # so that NaN is refused, too
                raise UserError(
                    f"point ({x}, {y}): coordinates must be from {-MAX_COORDINATE:g} to"
                    f" {MAX_COORDINATE:g}"
                )
            if not 0 <= label < self.classes:
                raise UserError(
                    f"a point of class {label}: there are {self.classes} classes, counted from 0;"
                    " remove it or set more classes"
                )
        if self.dataset == "own" and len(self.points) < MIN_OWN_POINTS:
            raise UserError(
                f"your own points: add at least {MIN_OWN_POINTS} in the plane, or choose another"
                " data set"
            )
        if self.examples > MAX_POINTS:
            raise UserError(
                f"{self.examples:,} points, including your own: at most {MAX_POINTS:,} are"
                " possible; set fewer"
            )
        if self.loss == "sigmoid-cross-entropy" and self.classes != 2:
            raise UserError(
                f"loss sigmoid-cross-entropy is for 2 classes, and {self.classes} are set:"
                " set 2, or choose softmax-cross-entropy"
            )
        self.trained.check_data(self.dataset, self.examples, self.classes)

    @property
    def examples(self) -> int:
        """Number of training points."""
        return len(self.points) + (0 if self.dataset == "own" else self.count)

    @property
    def trained(self) -> "Setup":
        """The set-up that the tiers train with: a minibatch has no more points than there are."""
        if self.batch_size <= self.examples:
            return self
        return self.replace(batch_size=self.examples)

    @property
    def tiers(self) -> tuple[str, ...]:
        """Names of the tiers that train."""
        return tuple(TIERS) if self.tier == "all" else (self.tier,)


# What the page calls the options, where its word is not the option's own.
WORDS = {
    "batch_norm": "batch normalization",
    "batch_size": "minibatch size",
    "hidden": "hidden layers",
    "clip_norm": "clipping",
    "dataset": "data set",
    "dtype": "precision",
}


def page_words(error: Exception | str) -> str:
    """A user's error as one sentence of the page, which knows no command line."""
    text = str(error).removesuffix("; see --help")
    text = re.sub(
        r"--([a-z]+(?:-[a-z]+)*)",
        lambda match: WORDS.get(match[1].replace("-", "_"), match[1].replace("-", " ")),
        text,
    )
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
