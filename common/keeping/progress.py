"""What a run shows while it trains: a bar in a terminal, plain lines in a log."""

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

REFRESH_SECONDS = 0.5


class ProgressDisplay:
    """One bar over the steps of an epoch.

    It is redrawn by the training loop itself, since a thread of its own would take processor time
    from the steps that it reports; and twice a second at most, since drawing takes milliseconds.
    """

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.console = Console(highlight=False, emoji=False)
        self._redrawn = 0.0
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("loss {task.fields[loss]:.4f}"),
            console=self.console,
            auto_refresh=False,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None, loss=float("nan"))

    def start(self) -> None:
        self._bar.start()

    def stop(self) -> None:
        self._bar.stop()

    def start_epoch(self, epoch: int, steps: int, done: int) -> None:
        """Begin the bar of this epoch, of which some steps may be done already."""
        description = f"epoch {epoch}/{self.epochs}"
        self._bar.reset(self._task, total=steps, completed=done, description=description)

    @property
    def due(self) -> bool:
        """Whether the bar is shown and was last redrawn long enough ago."""
        return not self._bar.disable and time.perf_counter() - self._redrawn > REFRESH_SECONDS

    def update(self, completed: int, loss: float) -> None:
        """Redraw the bar."""
        self._redrawn = time.perf_counter()
        self._bar.update(self._task, completed=completed, loss=loss, refresh=True)

    def line(self, text: str) -> None:
        """Print one line, above the bar where there is one."""
        self.console.print(text, soft_wrap=True, markup=False)
