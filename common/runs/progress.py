"""What a run shows while it trains: a bar in a terminal, plain lines in a log."""

import math
import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from data.errors import one_line

REFRESH_SECONDS = 0.5


class _Console(Console):
    def on_broken_pipe(self) -> None:
        drop_output()  # rich would end the program


class ProgressDisplay:
    """One bar over the steps of an epoch.

    It is redrawn by the training loop itself, since a thread of its own would take processor time
    from the steps that it reports; and twice a second at most, since drawing takes milliseconds.
    """

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.console = _Console(highlight=False, emoji=False)
        self._redrawn = 0.0
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("loss {task.fields[loss]}"),
            console=self.console,
            auto_refresh=False,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None, loss="-")

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
        with suppress(OSError):
            self._bar.update(self._task, completed=completed, loss=readable(loss), refresh=True)

    def line(self, text: str) -> None:
        """Print one line, above the bar where there is one.

        A full disk or a closed pipe must not end a run: then this line and all later ones are lost.
        """
        encoding = self.console.encoding
        text = one_line(text).encode(encoding, "backslashreplace").decode(encoding)
        try:
            self.console.print(text, soft_wrap=True, markup=False)
        except OSError:
            drop_output()


class JobsDisplay:
    """A bar for each of several runs in a terminal; in a log, a line for each that has ended.

    Args:
        epochs: of each run, by its name.
    """

    def __init__(self, epochs: Mapping[str, int]) -> None:
        self.console = _Console(highlight=False, emoji=False)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[measured]}"),
            TimeElapsedColumn(),
            console=self.console,
            auto_refresh=False,
            disable=not self.console.is_terminal,
        )
        self._tasks = {
            name: self._bars.add_task(name, total=total, measured="", start=False)
            for name, total in epochs.items()
        }
        self._measured = dict.fromkeys(epochs, "")

    def __enter__(self) -> "JobsDisplay":
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._bars.stop()

    def show(self, name: str, epoch: int, train_loss: float, validation_accuracy: float) -> None:
        """Redraw the bars: this run has ended its epoch."""
        self._measured[name] = (
            f"train loss {readable(train_loss)}{accuracy_part('validation', validation_accuracy)}"
        )
        if self._bars.disable:
            return
        with suppress(OSError):
            task = self._tasks[name]
            self._bars.start_task(task)
            self._bars.update(task, completed=epoch, measured=self._measured[name], refresh=True)

    def finish(self, name: str) -> None:
        """This run has ended."""
        if self._bars.disable:
            print_line(f"{name}: {self._measured[name]}")
        else:
            self._bars.stop_task(self._tasks[name])


def print_line(text: RenderableType) -> None:
    """Print this, or drop it where standard output can't be written.

    A table is as wide as it has to be: a narrow window breaks its lines, and no number is cut off.
    """
    console = _Console(highlight=False, emoji=False)
    if not isinstance(text, str):
        console.width = max(console.width, Console(width=1000).measure(text).maximum)
    try:
        console.print(text, soft_wrap=isinstance(text, str), markup=False)
        sys.stdout.flush()
    except OSError:
        drop_output()


def print_error_line(text: str) -> None:
    """Print a notice beside the output; a notice that cannot be written stops nothing."""
    with suppress(OSError):
        print(one_line(text), file=sys.stderr, flush=True)


def drop_output() -> None:
    """Send to nowhere what standard output still holds, and all that follows."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def accuracy_part(split: str, accuracy: float) -> str:
    """Such as "  test accuracy 97.86%"; nothing for NaN, as regression has none."""
    return "" if math.isnan(accuracy) else f"  {split} accuracy {accuracy:.2%}"


def readable(loss: float) -> str:
    """Four decimals; a power of ten where that would be more than a dozen digits."""
    return f"{loss:.4f}" if abs(loss) < 1e8 else f"{loss:.3e}"
