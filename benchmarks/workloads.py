"""What is computed in a measurement: a network, a minibatch size, and the minibatches."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from common.configuration import PaperConfiguration
from data.mnist import minibatches, shuffled_indices

NETWORKS = {"default": (256, 128), "small": (32,), "big": (1024, 1024)}
LEARNING_RATE = 0.01  # small enough for every network here: what is measured stays finite


@dataclass(frozen=True)
class Workload:
    """One training step's size. `network` is a name of NETWORKS."""

    network: str
    batch_size: int
    momentum: float = 0.0

    @property
    def configuration(self) -> PaperConfiguration:
        """The options with which a train script would do the same: plain gradient descent."""
        return PaperConfiguration(
            hidden=NETWORKS[self.network],
            activation="relu",
            batch_norm=False,
            dropout=0.0,
            loss="softmax-cross-entropy",
            batch_size=self.batch_size,
            optimizer="sgd",
            learning_rate=LEARNING_RATE,
            momentum=self.momentum,
            nesterov=False,
            weight_decay=0.0,
            clip_norm=None,
            schedule="constant",
        )

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """(784, hidden widths ..., 10)."""
        return self.configuration.layer_sizes

    @property
    def label(self) -> str:
        """Such as "784-256-128-10 × 128": the network and the minibatch."""
        sizes = "-".join(map(str, self.layer_sizes))
        momentum = f", momentum {self.momentum}" if self.momentum else ""
        return f"{sizes} × {self.batch_size}{momentum}"

    @property
    def multiply_adds(self) -> int:
        """Of the matrix products that one step cannot avoid.

        A layer takes three of the same size: forward, gradient of its weight, gradient of its
        input. The first layer's input is data, whose gradient nobody needs.
        """
        products = [d_in * d_out for d_in, d_out in pairwise(self.layer_sizes)]
        return self.batch_size * (3 * sum(products) - products[0])


@dataclass(frozen=True)
class Data:
    """The training images (n, d) and labels (n,), the folder of their files, and a device."""

    images: Float[np.ndarray, "n d"]
    labels: Int[np.ndarray, " n"]
    root: Path
    device: str = "cpu"


def endless_orders(length: int, batch_size: int) -> Iterator[Int[np.ndarray, " order"]]:
    """Each epoch's order of the training images, epoch after epoch, without end.

    An order is cut to whole minibatches, so that every step takes the same number of samples.
    """
    whole = length - length % batch_size
    for epoch in count(1):
        yield shuffled_indices(length, 0, epoch)[:whole]


class Contender(ABC):
    """A training loop that goes on where it stopped.

    Args:
        workload: what a step computes.
        data: what it is trained on.
    """

    def __init__(self, workload: Workload, data: Data) -> None:
        self.workload = workload
        self.data = data

    @abstractmethod
    def run(self, steps: int) -> int:
        """Take the steps and wait until they are computed.

        Returns:
            How many were taken: more than asked for where the contender takes several at once.
        """


class SteppingContender(Contender):
    """A contender whose loop is here: one call of `step` for each minibatch."""

    def __init__(self, workload: Workload, data: Data) -> None:
        super().__init__(workload, data)
        self.minibatches = self.draw_minibatches()

    def draw_minibatches(self) -> Iterator[Any]:
        """Indices of the training images, as the train scripts draw them."""
        for order in endless_orders(len(self.data.images), self.workload.batch_size):
            yield from minibatches(self.place(order), self.workload.batch_size)

    def place(self, order: Int[np.ndarray, " n"]) -> Any:
        """An epoch's order where the loop wants it."""
        return order

    def run(self, steps):
        for minibatch in islice(self.minibatches, steps):
            self.step(minibatch)
        self.synchronize()
        return steps

    @abstractmethod
    def step(self, minibatch: Any) -> None:
        """One training step; the minibatch is one of `draw_minibatches`."""

    def synchronize(self) -> None:
        """Wait for the device, where there is one that computes while Python goes on."""
