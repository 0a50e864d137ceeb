"""What torchrun tells each process that it starts; without torchrun the defaults apply."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from data.errors import UserError

# So long the other processes wait for the first one's line: torchrun ends them after it.
PATIENCE_SECONDS = 10


def process_count() -> int:
    """How many processes torchrun has started for this training; 1 without torchrun."""
    return _read("WORLD_SIZE", 1)


def local_rank() -> int:
    """The number of this process among those of its machine, from 0."""
    return _read("LOCAL_RANK", 0)


def restart_count() -> int:
    """How often torchrun has restarted this training because a process had ended."""
    return _read("TORCHELASTIC_RESTART_COUNT", 0)


def restarts_allowed() -> int:
    """How often it would: --max-restarts."""
    return _read("TORCHELASTIC_MAX_RESTARTS", 0)


def _read(name: str, default: int) -> int:
    # Other launchers set some of these variables too.
    return int(os.environ.get(name, default)) if "TORCHELASTIC_RUN_ID" in os.environ else default


@contextmanager
def one_process() -> Iterator[int]:
    """For a training in one process alone: yields its rank, 0.

    Raises:
        UserError: where torchrun has started several, in the first of each machine.
    """
    if process_count() > 1:
        if local_rank() > 0:
            time.sleep(PATIENCE_SECONDS)
            raise SystemExit(2)
        raise UserError(
            f"tier 1 trains in one process, and torchrun has started {process_count()}; use"
            " pytorch_lowlevel/train_lowlevel.py or paper/train_paper.py, tiers 2 and 3"
        )
    yield 0
