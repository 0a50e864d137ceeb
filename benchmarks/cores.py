"""Measure tier 1's training on one core and on all: alone, several at once, beside a neighbour.

Every run is the train script as it is, of three epochs of MNIST; the seconds are those of an epoch.
The busy neighbour is a process that multiplies matrices all the time, on one core.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from benchmarks.settings import Options, print_table
from common.cli.command_line import run_script
from common.cli.job_pool import processor_cores
from common.runs.files import read_table
from common.runs.run_folder import HISTORY
from common.training import EPOCH_COLUMNS
from data.errors import UserError
from tiers import TIERS

EPOCHS, DEFAULT_EPOCHS = 3, 10
NEIGHBOUR = """
import numpy as np
from threadpoolctl import threadpool_limits
threadpool_limits(1)
A = np.ones((500, 500), np.float32)
while True:
    A @ A
"""


@dataclass(frozen=True)
class Setting:
    """How many runs at once, of how many threads each, and whether beside a busy neighbour."""

    runs: int
    threads: int
    neighbour: bool = False


def settings() -> dict[str, Setting]:
    """What is measured, by its name in the table."""
    cores = processor_cores()
    return {
        "1 run of 1 thread": Setting(1, 1),
        f"{cores} runs of 1 thread at once": Setting(cores, 1),
        f"1 run of {cores} threads": Setting(1, cores),
        "1 run of 1 thread, a neighbour": Setting(1, 1, neighbour=True),
        f"1 run of {cores} threads, a neighbour": Setting(1, cores, neighbour=True),
    }


def main(arguments: list[str]) -> None:
    options = Options.parse(arguments, __doc__)
    options.prepare()
    measured = settings()
    results = options.interleave(
        measured, lambda name, _: measure(measured[name], options.data_root)
    )
    print_table(f"Tier 1 on {processor_cores()} cores, {options.rounds} rounds", results)
    options.save("cores", results)


def measure(setting: Setting, data_root: Path) -> dict[str, float]:
    """Seconds of an epoch, and what that makes in runs of the default length per minute."""
    with busy_neighbour(setting.neighbour), ThreadPoolExecutor(setting.runs) as pool:
        epochs = list(pool.map(train, [setting.threads] * setting.runs, [data_root] * setting.runs))
    seconds = mean(epochs)
    return {
        "seconds of an epoch": seconds,
        "runs per minute": 60 * setting.runs / (DEFAULT_EPOCHS * seconds),
    }


def train(threads: int, data_root: Path) -> float:
    """Run the train script; the median seconds of its epochs. UserError where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        options = {"epochs": EPOCHS, "threads": threads, "run-dir": folder, "data-root": data_root}
        script = [TIERS["numpy"].script, *(f"--{name}={value}" for name, value in options.items())]
        done = subprocess.run([sys.executable, *script], capture_output=True, text=True)
        if done.returncode:
            raise UserError(done.stderr.strip().removeprefix("error: "))
        return median(read_table(Path(folder) / HISTORY, EPOCH_COLUMNS, "is missing")["seconds"])


@contextmanager
def busy_neighbour(wanted: bool) -> Iterator[None]:
    """In the `with` block, a process keeps one core busy."""
    if not wanted:
        yield
        return
    neighbour = subprocess.Popen([sys.executable, "-c", NEIGHBOUR])
    try:
        yield
    finally:
        neighbour.kill()
        neighbour.wait()


if __name__ == "__main__":
    run_script(main)
