"""The order in which an epoch visits the training examples: the same in every tier."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Int64

from common.randomness import EPOCH_ORDER, generator


def shuffled_indices(count: int, seed: int, epoch: int) -> Int64[np.ndarray, " count"]:
    """The order in which this epoch visits `count` training examples.

    A pure function of its arguments: a resumed run goes on with the order it would have had.
    """
    return generator(seed, EPOCH_ORDER, epoch).permutation(count)


def minibatches(order: Any, batch_size: int) -> Iterator[Any]:
    """Consecutive slices of `order`; the last one may be smaller than `batch_size`.

    Args:
        order: a NumPy array or a torch tensor, of shape (count,).
    """
    for start in range(0, len(order), batch_size):
        yield order[start : start + batch_size]
