"""Measure each train script as a whole process: seconds to the first step, and peak memory.

The scripts run as they are, one epoch of MNIST. A script writes config.json when everything is
loaded and the first step comes next. Peak memory is what the system reports after the end.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.settings import Options, print_table
from common.cli.command_line import run_script
from common.runs.run_folder import CONFIG
from data.errors import UserError
from tiers import TIERS, Tier

PEAK_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes


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
        process = subprocess.Popen([*run, "--data-root", data_root], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)  # like wait(), and tells the peak
        ended = time.time()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:  # it has told why
            raise UserError(f"{tier.script.name} ended with exit code {process.returncode}")
        first_step = (Path(folder) / CONFIG).stat().st_mtime
    return {
        "seconds to the first step": first_step - started,
        "seconds of the whole run": ended - started,
        "peak memory in MB": usage.ru_maxrss * PEAK_UNIT / 1e6,
    }


if __name__ == "__main__":
    run_script(main)
