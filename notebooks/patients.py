"""Six trainings that do not learn, for the game of when_it_does_not_learn.

Reading on spoils the game: this file says what is wrong with each.

    for training in train_patient("A"):
        ...

All are tier 2's, so that each can be measured in the same way.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from attrs import evolve

from common.configuration import Configuration
from common.training import Training
from data.datasets import Dataset, Split, load_dataset
from mlp_lowlevel import MLP
from train_lowlevel import make_model, train_steps

HEALTHY = Configuration(
    hidden=(32, 32), epochs=30, schedule="constant", momentum=0, dtype="float64"
)


class SoftmaxTwice(MLP):
    """Ends in a softmax, and the loss takes another one."""

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return super().forward(X).softmax(dim=1)


class ForgetsNothing(MLP):
    """Keeps the gradients of all steps before, and adds to them."""

    def zero_grad(self) -> None:
        pass


def train_patient(letter: str) -> Iterator[Training]:
    """The training of the patient of this letter, A to F, or of a healthy one, H."""
    digits = load_dataset("digits", dtype="float64")
    match letter:
        case "A":
            return train_steps(HEALTHY, _scaled(digits, 1 / 255))
        case "B":
            return train_steps(HEALTHY, digits, _copied(SoftmaxTwice))
        case "C":
            return train_steps(HEALTHY, _labels_apart(digits))
        case "D":
            return train_steps(evolve(HEALTHY, learning_rate=3), digits)
        case "E":
            sigmoids = {"activation": "sigmoid", "initializer": "xavier-normal"}
            return train_steps(evolve(HEALTHY, hidden=(32,) * 7, **sigmoids), digits)
        case "F":
            return train_steps(HEALTHY, digits, _copied(ForgetsNothing))
        case "H":
            return train_steps(HEALTHY, digits)
    raise ValueError(f"no patient {letter!r}: there are A to F, and H, who is healthy")


def _copied(kind: type[MLP]) -> MLP:
    """A broken model with the healthy one's initial weights."""
    model = kind((64, *HEALTHY.hidden, 10), dtype=torch.float64)
    model.load_state_dict(make_model(HEALTHY, 64, 10).state_dict())
    return model


def _scaled(digits: Dataset, factor: float) -> Dataset:
    train, validation, test = (
        Split(split.images * factor, split.labels)
        for split in (digits.train, digits.validation, digits.test)
    )
    return replace(digits, train=train, validation=validation, test=test)


def _labels_apart(digits: Dataset) -> Dataset:
    labels = np.random.default_rng(0).permutation(digits.train.labels)
    return replace(digits, train=Split(digits.train.images, labels))
