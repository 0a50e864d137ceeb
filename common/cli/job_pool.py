"""Several train scripts at once, each in a process of its own, as many as there are cores.

A process of one thread computes the same digits on any number of cores, and waits for no other, as
the threads of one matrix product do.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from common.runs.files import read_table
from common.runs.progress import JobsDisplay
from common.runs.run_folder import HISTORY
from common.training import EPOCH_COLUMNS
from data.errors import UserError

REFRESH_SECONDS = 0.25


@dataclass(frozen=True)
class Job:
    """A train script to run.

    Attributes:
        name: for people.
        command: the script and its options.
        folder: its run folder.
        epochs: how many it trains.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    epochs: int


def processor_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_jobs(jobs: Sequence[Job], at_a_time: int) -> None:
    """Run the train scripts in their order, and show how far they are.

    Where one fails, or Ctrl-C or SIGTERM comes, those that run finish their step and write a
    checkpoint, and no others begin. On Windows, which has no such signal, they end at once, and
    keep the checkpoint of their last epoch.

    Raises:
        UserError: the last line of the script that failed.
        SystemExit: after a signal, with 130 or 143.
    """
    if not jobs:
        return
    runner = _Runner()
    with (
        _signals_raise_exit(),
        JobsDisplay({job.name: job.epochs for job in jobs}) as display,
        ThreadPoolExecutor(at_a_time) as pool,
    ):
        pending: dict[Future[str], Job] = {pool.submit(runner.run, job): job for job in jobs}
        try:
            while pending:
                finished, _ = wait(pending, REFRESH_SECONDS, FIRST_COMPLETED)
                for job in pending.values():
                    _show_progress(job, display)
                for future in finished:
                    job = pending.pop(future)
                    if error := future.result():
                        raise UserError(f"{job.name}: {error}")
                    display.finish(job.name)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            runner.stop()
            raise


class _Runner:
    """The processes that run."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[str]] = []
        self.stopping = threading.Event()

    def run(self, job: Job) -> str:
        """Run a script to its end; its error's last line, or nothing where it succeeded."""
        # A process group of its own: Ctrl-C in the terminal reaches us alone, and we pass it on
        # once. (A second one would end the script before it has written its checkpoint.)
        process = subprocess.Popen(
            [sys.executable, *job.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            **({"process_group": 0} if os.name == "posix" else {}),
        )
        self.processes.append(process)
        if self.stopping.is_set():
            process.terminate()
        _, errors = process.communicate()
        if process.returncode == 0:
            return ""
        # The last line: what stands before it are warnings, or a traceback.
        last = (errors.strip().splitlines() or [f"ended with exit code {process.returncode}"])[-1]
        return last.removeprefix("error: ")

    def stop(self) -> None:
        """Have all scripts end, by SIGTERM where there is one."""
        self.stopping.set()
        for process in self.processes:
            process.terminate()  # which passes over those that have ended


def _show_progress(job: Job, display: JobsDisplay) -> None:
    if not (job.folder / HISTORY).exists():
        return
    with suppress(UserError):  # reading the finished run reports what is wrong with it
        history = read_table(job.folder / HISTORY, EPOCH_COLUMNS, "is gone")
        if history["epoch"]:
            last = {name: column[-1] for name, column in history.items()}
            display.show(
                job.name, int(last["epoch"]), last["train_loss"], last["validation_accuracy"]
            )


@contextmanager
def _signals_raise_exit() -> Iterator[None]:
    """In the `with` block, SIGTERM and Ctrl-C raise SystemExit with 128 + the signal's number."""

    def leave(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    previous = {
        number: signal.signal(number, leave)
        for number in (signal.SIGINT, signal.SIGTERM)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
