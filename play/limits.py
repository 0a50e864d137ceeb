"""What a reader may set on the page: one model of every choice, with its limits at the fields.

A `Setup` is a configuration as the tiers' `train_steps` takes it, and the data and tiers besides.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from common.configuration import ScheduleName, TorchConfiguration
from data.errors import UserError
from data.points import PLANE
from tiers import TIERS

MAX_SESSIONS = 4
MAX_POINTS = 2_000
MAX_LAYERS = 6
MAX_REQUEST_BYTES = 64 * 1024  # of a request's body
EXTENT = 3.0  # of an empty plane: it reaches from -EXTENT to EXTENT in both directions
MAX_COORDINATE = 10.0  # coordinate of a point

Width = Annotated[int, Field(ge=1, le=64)]
Point = tuple[float, float, int]


class Setup(TorchConfiguration):
    """One training as the page asks for it.

    Raises:
        UserError: for a value outside its limits, or two that exclude each other, in one line.
    """

    dataset: Literal["xor", "moons", "circles", "spiral", "own"] = Field(
        "xor", description="points to train on"
    )
    count: int = Field(PLANE.train, ge=10, le=MAX_POINTS, description="points to train on")
    noise: float | None = Field(
        None, ge=0, le=2, allow_inf_nan=False, description="standard deviation (the set's if None)"
    )
    classes: int = Field(2, ge=2, le=4, description="classes to tell apart")
    points: tuple[Point, ...] = Field((), description="the reader's own: x, y and class of each")
    tier: Literal["numpy", "lowlevel", "paper", "all"] = Field(
        "numpy", description="which tier trains, or all"
    )
    hidden: tuple[Width, ...] = Field((8, 4), description="widths of the hidden layers")
    epochs: int = Field(200, ge=1, le=1_000, description="passes over the training points")
    batch_size: int = Field(32, ge=1, le=MAX_POINTS, description="points in a minibatch")
    weight_decay: float = Field(0.0, ge=0, le=1000, allow_inf_nan=False, description="on weights")
    schedule: ScheduleName = Field("constant", description="course of the learning rate")
    device: Literal["cpu"] = Field("cpu", description="where tiers 2 and 3 compute")

    @field_validator("hidden", mode="before")
    @classmethod
    def _check_layers(cls, hidden: Any) -> Any:
        if isinstance(hidden, list | tuple) and len(hidden) > MAX_LAYERS:
            raise UserError(
                f"{len(hidden)} hidden layers: the page shows at most {MAX_LAYERS}; remove some"
            )
        return hidden

    @field_validator("points", mode="before")
    @classmethod
    def _check_number(cls, points: Any) -> Any:
        if isinstance(points, list | tuple) and len(points) > MAX_POINTS:
            raise UserError(
                f"{len(points):,} points: at most {MAX_POINTS:,} are possible; remove some"
            )
        return points

    @model_validator(mode="after")
    def _check_points(self) -> "Setup":
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
        if self.dataset == "own" and len(self.points) < 2:
            raise UserError(
                "your own points: add at least 2 in the plane, or choose another data set"
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
        return self

    @property
    def examples(self) -> int:
        """Number of training points."""
        return len(self.points) + (0 if self.dataset == "own" else self.count)

    @property
    def trained(self) -> "Setup":
        """The set-up that the tiers' `train` gets: of few points, a minibatch takes all."""
        if self.batch_size <= self.examples:
            return self
        return self.model_copy(update={"batch_size": self.examples})

    @property
    def tiers(self) -> tuple[str, ...]:
        """Names of the tiers that train."""
        return tuple(TIERS) if self.tier == "all" else (self.tier,)

    def changed(self, **fields: Any) -> "Setup":
        """A set-up with these fields changed. Raises UserError where they are not possible."""
        return Setup.model_validate(self.model_dump() | fields)


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
