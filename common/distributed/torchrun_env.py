"""What torchrun tells each process that it starts; without torchrun the defaults apply."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from data.errors import UserError

# So long other processes wait for the line of the first: it ends them when it has said it.
PATIENCE_SECONDS = 10


def process_count() -> int:
    """How many processes torchrun has started for this training; 1 without torchrun."""
    return _told("WORLD_SIZE", 1)


def process_rank() -> int:
    """The number of this process among all, from 0."""
    return _told("RANK", 0)


def rank_on_machine() -> int:
    """The number of this process among those of its machine, from 0."""
    return _told("LOCAL_RANK", 0)


def restart_count() -> int:
    """How often torchrun has restarted this training because a process had ended."""
    return _told("TORCHELASTIC_RESTART_COUNT", 0)


def restarts_allowed() -> int:
    """How often it would: --max-restarts."""
    return _told("TORCHELASTIC_MAX_RESTARTS", 0)


def _told(name: str, default: int) -> int:
    # Other launchers set some of these variables too.
    return int(os.environ.get(name, default)) if "TORCHELASTIC_RUN_ID" in os.environ else default


@contextmanager
def one_process() -> Iterator[None]:
    """For a training that knows one process only.

    Raises:
        UserError: where torchrun has started several, in the first of each machine.
    """
    if process_count() > 1:
        if rank_on_machine() > 0:
            time.sleep(PATIENCE_SECONDS)
            raise SystemExit(2)
        raise UserError(
            f"tier 1 trains in one process, and torchrun has started {process_count()}; use"
            " pytorch_lowlevel/train_lowlevel.py or paper/train_paper.py, tiers 2 and 3"
        )
    yield
