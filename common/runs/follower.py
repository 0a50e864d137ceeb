"""The part in a run of those processes that do not keep it: the first one does."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from common.runs.files import FileDigest
from common.runs.options import RunOptions
from common.runs.run import Run
from common.training import Training


class Follower(Run):
    """Trains along, and can be interrupted and resumed, but writes and shows nothing.

    Args:
        options, tier: as `Run`.
    """

    def __init__(self, options: RunOptions, tier: str) -> None:
        super().__init__(options, tier)
        self._progress.console.quiet = True

    def _open_folder(self, entering: ExitStack) -> None:
        """The first process keeps it."""

    def _begin_folder(self) -> None:
        """The first process does."""

    def _save_checkpoint(self, training: Training) -> None:
        """The first process does."""

    def _write(self, write: Callable[..., FileDigest], name: str, *content: Any) -> None:
        """The first process writes it."""
