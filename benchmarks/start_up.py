"""Measure each train script as a whole process: seconds to the first step, and peak memory.

The scripts run as they are, one epoch of MNIST. A script writes config.json when everything is
loaded and the first step comes next. Memory is looked at every 10 ms: what the system reports after
the end may be what this process had when it started the script.
"""

import contextlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.settings import Options, print_table
from common.cli.command_line import run_script
from common.runs.run_folder import CONFIG
from data.errors import UserError
from tiers import TIERS, Tier


def main(arguments: list[str]) -> None:
    options = Options.parse(arguments, __doc__, rounds=10)
    options.prepare()
    tiers = {tier.title: tier for tier in TIERS.values()}
    results = options.take_turns(tiers, lambda title, _: start(tiers[title], options.data_root))
    print_table(f"The train scripts, one epoch of MNIST, {options.rounds} runs", results)
    options.save("start_up", results)


def start(tier: Tier, data_root: Path) -> dict[str, float]:
    """Run a train script for one epoch; UserError where that fails."""
    with tempfile.TemporaryDirectory() as folder:
        run = [sys.executable, tier.script, "--epochs", "1", "--run-dir", folder]
        started = time.time()
        process = psutil.Popen([*run, "--data-root", data_root], stdout=subprocess.DEVNULL)
        peak = 0
        while process.poll() is None:
            with contextlib.suppress(psutil.Error):  # it has just ended
                peak = max(peak, process.memory_info().rss)
            time.sleep(0.01)
        ended = time.time()
        if process.returncode:  # it has told why
            raise UserError(f"{tier.script.name} ended with exit code {process.returncode}")
        first_step = (Path(folder) / CONFIG).stat().st_mtime
    return {
        "seconds to the first step": first_step - started,
        "seconds of the whole run": ended - started,
        "peak memory in MB": peak / 1e6,
    }


if __name__ == "__main__":
    run_script(main)
