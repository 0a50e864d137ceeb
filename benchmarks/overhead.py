"""Measure what recording, progress and checkpoints cost an epoch of tier 1.

One process trains epochs that a Run keeps and epochs of a bare recorder, in turns.
"""

import contextlib
import os
import tempfile
import time
from pathlib import Path

from benchmarks.contenders import BareRecorder
from benchmarks.settings import Options, print_table, spreads
from common.cli.command_line import run_script
from common.recorder import Recorder
from common.runs.options import RunOptions
from common.runs.run import Run
from tiers import TIERS


class TimedRecorder(BareRecorder):
    """Takes the seconds of one epoch, as an epoch of a Run is measured below."""

    def _begin(self) -> None:
        self.started = time.perf_counter()

    def record_epoch(self, validation_loss, validation_accuracy):
        super().record_epoch(validation_loss, validation_accuracy)
        self.seconds = time.perf_counter() - self.started


def main(arguments: list[str]) -> None:
    options = Options.parse(arguments, __doc__, rounds=100)
    dataset, train = options.prepare(), TIERS["numpy"].train
    ended, rows = [0.0], []  # the times when what is measured between was over

    def after_epoch(run: Recorder) -> None:
        kept = time.perf_counter() - ended[-1]
        bare = TimedRecorder()
        train(run.configuration.replace(epochs=1), dataset, bare)
        rows.append({"s, a Run": kept, "s, bare": bare.seconds, "ratio": kept / bare.seconds})
        ended.append(time.perf_counter())

    os.environ["TTY_COMPATIBLE"] = "1"  # the bar is drawn, but nowhere to be seen
    with (
        tempfile.TemporaryDirectory() as folder,
        open(os.devnull, "w") as nowhere,
        contextlib.redirect_stdout(nowhere),
    ):
        run_options = RunOptions(epochs=options.rounds + 1, run_dir=Path(folder))
        with Run(run_options, "numpy", after_epoch=after_epoch) as run:
            train(run_options, dataset, run)
    del os.environ["TTY_COMPATIBLE"]
    results = spreads(rows[1:])  # the first was measured from no beginning
    print_table(f"An epoch of tier 1, {options.rounds} pairs", {"tier 1, NumPy": results})
    share, q1, q3 = (f"{results['ratio'][name] - 1:+.1%}" for name in ("median", "q1", "q3"))
    print(f"recording, progress and checkpoints cost {share} of an epoch (quartiles {q1} to {q3})")
    options.save("overhead", results)


if __name__ == "__main__":
    run_script(main)
