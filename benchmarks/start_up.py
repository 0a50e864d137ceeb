"""Measure each train script as a whole process: seconds to the first step, and peak memory.

The scripts run as they are, one epoch of MNIST. A script writes config.json into its run folder
when everything is loaded and the first step comes next; the time of that file, less the time of
the command, is the start-up. Peak memory is what the system reports when the process has ended.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Literal

import tyro
from pydantic import Field
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.settings import SCRIPTS, TIER_NAMES, ProcessOptions, load_mnist, make_folder, save
from benchmarks.speed_results import spread
from common import run_folder
from common.command_line import run_script
from common.errors import UserError

Tier = Literal["numpy", "lowlevel", "paper"]
# ru_maxrss counts KiB on Linux and bytes on macOS.
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


class StartUpOptions(ProcessOptions):
    """Which scripts, and how often."""

    runs: int = Field(10, ge=1, le=10_000, description="measured runs of each script")
    tiers: tuple[Tier, ...] = Field(
        ("numpy", "lowlevel", "paper"), min_length=1, description="whose train scripts"
    )


def main(arguments: list[str]) -> None:
    options = tyro.cli(StartUpOptions, args=arguments, description=__doc__)
    make_folder(options.folder)
    load_mnist(options)  # before any process needs it
    tiers = list(dict.fromkeys(options.tiers))
    for tier in tiers:
        start_once(tier, options)  # not counted: brings the files into the system's cache
    order = random.Random(options.seed)
    runs: dict[str, list[dict[str, float]]] = {tier: [] for tier in tiers}
    for _ in range(options.runs):
        for tier in order.sample(tiers, len(tiers)):
            runs[tier].append(start_once(tier, options))
    results = {
        "tiers": {
            tier: {
                "name": TIER_NAMES[tier],
                **{name: spread([run[name] for run in runs[tier]]) for name in runs[tier][0]},
            }
            for tier in tiers
        }
    }
    print_table(results, options)
    print(f"results -> {save(options, 'start_up', results)}")


def start_once(tier: str, options: StartUpOptions) -> dict[str, float]:
    """Run a train script for one epoch.

    Raises:
        UserError: where the script fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(SCRIPTS[tier]), "--epochs", "1", "--run-dir", folder]
        command += ["--data-root", str(options.data_root)]
        with tempfile.TemporaryFile("w+") as errors:
            started = time.time_ns()
            process = subprocess.Popen(
                command,
                env=options.child_environment(),
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
            # Like wait(), and tells the peak. (A child counts its parent's memory up to the
            # moment when its own program starts; this parent is smaller than any of them.)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            ended = time.time_ns()
            if process.returncode != 0:
                errors.seek(0)
                reason = (errors.read().strip().splitlines() or ["no message"])[-1]
                raise UserError(f"{SCRIPTS[tier].name} failed: {reason}")
        first_step = (Path(folder) / run_folder.CONFIG).stat().st_mtime_ns
    return {
        "seconds_to_first_step": (first_step - started) / 1e9,
        "seconds_of_whole_run": (ended - started) / 1e9,
        "peak_bytes": usage.ru_maxrss * PEAK_UNIT,
    }


def print_table(results: dict[str, Any], options: StartUpOptions) -> None:
    """One row per train script: medians, with the smallest and the largest."""
    table = Table(
        title=f"The train scripts, one epoch of MNIST, {options.runs} runs (smallest - largest)",
        box=SIMPLE_HEAD,
        show_edge=False,
    )
    table.add_column("tier", no_wrap=True)
    for column in ("seconds to\nthe first step", "seconds of\nthe whole run", "peak memory\nin MB"):
        table.add_column(column, justify="right", no_wrap=True)
    for tier in results["tiers"].values():
        table.add_row(
            tier["name"],
            with_range(tier["seconds_to_first_step"], 1, ".2f"),
            with_range(tier["seconds_of_whole_run"], 1, ".2f"),
            with_range(tier["peak_bytes"], 1e6, ".0f"),
        )
    Console(width=max(100, Console().width)).print(table)


def with_range(values: dict[str, float], unit: float, form: str) -> str:
    """Such as "0.52 (0.50 - 0.61)"."""
    middle, low, high = (f"{values[name] / unit:{form}}" for name in ("median", "min", "max"))
    return f"{middle} ({low} - {high})"


if __name__ == "__main__":
    run_script(main)
