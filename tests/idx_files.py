"""Small files in the formats of MNIST, for the tests of loading and downloading."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from data.errors import UserError

TRAIN_IMAGES = "train-images-idx3-ubyte"
TRAIN_LABELS = "train-labels-idx1-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"
TEST_LABELS = "t10k-labels-idx1-ubyte"
SHAPES = {
    TRAIN_IMAGES: (60_000, 28, 28),
    TRAIN_LABELS: (60_000,),
    TEST_IMAGES: (10_000, 28, 28),
    TEST_LABELS: (10_000,),
}


@contextmanager
def tells(kind: type[UserError], *fragments: str) -> Iterator[pytest.ExceptionInfo[UserError]]:
    """Expects an error of exactly this kind, in one line that holds each fragment."""
    with pytest.raises(UserError) as caught:
        yield caught
    assert caught.type is kind
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    for fragment in fragments:
        assert fragment in message


def write_idx(path: Path, shape: tuple[int, ...]) -> None:
    """Write an IDX file of zeros (as a sparse file: at once)."""
    header = np.array([0x0800 + len(shape), *shape], dtype=">u4").tobytes()
    path.write_bytes(header)
    os.truncate(path, len(header) + int(np.prod(shape)))
