"""Kill runs at random moments, fill their disk, start two at once, and see how they end.

    python tools/chaos.py FOLDER --kills 100 --comparisons 10

Each run is one of 40 epochs, half of them warm-up, of tier 1 and then of tier 3. It is started and
resumed until it ends, with the bytes of a run that nobody disturbed. All files must load at any
time. Then compare.py is killed with all that it has started, so many times, and repeated until it
ends with the same bytes.
"""

import argparse
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import psutil

from common.cli.command_line import run_script
from common.runs import run_folder
from common.runs.files import read_tensors
from common.runs.options import REPOSITORY
from tiers import TIERS

RECIPE = "--dataset digits --batch-norm --dropout 0.2 --optimizer adamw --threads 1"
WARM_UP = ("--schedule", "warmup-linear", "--warmup", "0.5")


def train(folder: Path, *options: str, epochs: int = 2, tier: str = "numpy") -> None:
    recipe = (*RECIPE.split(), *WARM_UP)
    arguments = [*recipe, "--epochs", str(epochs), "--run-dir", str(folder), *options]
    TIERS[tier].module("train").main(arguments)


def continue_run(folder: Path, epochs: int = 2, tier: str = "numpy") -> None:
    """As a user does it: resume what can be resumed, and start anew what cannot."""
    if not (folder / run_folder.TEST).exists():
        resumable = (folder / run_folder.CHECKPOINT).exists()
        train(folder, "--resume" if resumable else "--overwrite", epochs=epochs, tier=tier)


def contents(folder: Path) -> dict:
    """All files but for times, places and digests; each must load."""
    found = {}
    for name in {path.name for path in folder.glob("*")} & set(run_folder.FILES):
        path = folder / name
        if path.suffix == ".json":
            found[name] = json.loads(path.read_text())
        elif path.suffix == ".csv":
            rows = list(csv.reader(path.read_text().splitlines()))
            assert {len(row) for row in rows} == {len(rows[0])}
            seconds = rows[0].index("seconds") if "seconds" in rows[0] else len(rows[0])
            found[name] = [row[:seconds] for row in rows]
        else:
            tensors, _ = read_tensors(path, "is missing")
            found[name] = {key: tensor.tobytes() for key, tensor in tensors.items()}
    found.pop(run_folder.CONFIG, None)
    if run_folder.TEST in found:
        found[run_folder.TEST] = {
            key: value for key, value in found[run_folder.TEST].items() if key.startswith("test")
        }
    return found


def start(folder: Path, epochs: int, tier: str, file_size: int | None = None) -> int:
    """Continue the run in a child process; its number."""
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(os.open(folder.parent / "errors", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
        if file_size is not None:  # as on a disk that is full: larger files cannot be written
            import resource  # Windows has none; the tests there use `contents` alone

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
        try:
            run_script(lambda _: continue_run(folder, epochs, tier))
        except SystemExit as end:
            os._exit(int(end.code or 0))
        except BaseException:
            os._exit(70)
        os._exit(0)
    return child


def disturb_runs(folder: Path, tier: str, kills: int, epochs: int = 40) -> Counter:
    """Disturb runs until so many were killed and the last of them has ended; what happened."""
    folder = folder / tier
    generator = np.random.default_rng(0)
    train(folder / "reference", epochs=epochs, tier=tier)
    reference = contents(folder / "reference")
    size = (folder / "reference" / run_folder.CHECKPOINT).stat().st_size
    counts: Counter = Counter()
    ended = True
    while counts["killed"] < kills or not ended:
        # Of five starts, one meets a full disk, and one another process in the same folder.
        draw = generator.random()
        full = int(generator.uniform(0, size)) if draw < 0.2 else None
        children = [start(folder / "run", epochs, tier, full)]
        if draw > 0.8:
            children.append(start(folder / "run", epochs, tier))
            counts["two at once"] += 1
        if counts["killed"] < kills:
            time.sleep(generator.uniform(0, 0.2))
            os.kill(children[0], signal.SIGKILL)
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        counts["full disk"] += full is not None
        for code in codes:
            counts["killed"] += code == -signal.SIGKILL
            counts["refused"] += code == 2
            assert code in (0, 2, -signal.SIGKILL), f"exit code {code}"
        found = contents(folder / "run")  # all files load at any time
        ended = run_folder.TEST in found
        if ended:
            assert found == reference, "the run ended with other bytes"
            counts["ended with the same bytes"] += 1
            shutil.rmtree(folder / "run")
    for line in (folder / "errors").read_text().splitlines():
        assert line.startswith("error: "), line
        assert "damaged" not in line, line
    return counts


def disturb_comparisons(folder: Path, kills: int) -> Counter:
    """Kill a comparison of all tiers with its runs, so many times; what happened."""
    generator = np.random.default_rng(0)
    recipe = ["--dataset", "digits", "--hidden", "12", "8", "--epochs", "200"]
    command = [sys.executable, REPOSITORY / "compare.py", *recipe, "--run-dir"]

    def begin(name: str) -> subprocess.Popen:
        return subprocess.Popen([*command, folder / name], stdout=subprocess.DEVNULL)

    def results(name: str) -> dict:
        return {path.name: contents(path) for path in (folder / name).iterdir() if path.is_dir()}

    assert begin("undisturbed").wait() == 0
    counts: Counter = Counter()
    while counts["comparisons killed"] < kills:
        process = begin("comparison")
        time.sleep(generator.uniform(3, 8))
        started = psutil.Process(process.pid).children(recursive=True)
        for each in (process, *started):
            each.kill()
        counts["comparisons killed"] += process.wait() == -signal.SIGKILL
        counts["their runs killed"] += len(started)
        psutil.wait_procs(started)
        results("comparison")  # all files load at any time
    assert begin("comparison").wait() == 0
    assert results("comparison") == results("undisturbed"), "the runs ended with other bytes"
    return counts


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--comparisons", type=int, default=10)
    arguments = parser.parse_args()
    for tier in ("numpy", "paper"):
        counts = disturb_runs(arguments.folder, tier, arguments.kills // 2)
        print(tier, dict(counts), file=sys.stderr)
    if arguments.comparisons:
        counts = disturb_comparisons(arguments.folder, arguments.comparisons)
        print(dict(counts), file=sys.stderr)
