"""Small files in the formats of MNIST, for the tests of loading and downloading."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from data.errors import UserError


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
