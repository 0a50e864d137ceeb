"""Measure what recording, progress and checkpoints cost an epoch of tier 1.

One process trains epochs of train_numpy.py's own loop and of a bare loop in turns, which of the
two comes first being drawn by lot. Both take the same steps and look at the validation images at
the end; the bare one counts no right predictions, records no losses, shows no progress bar and
writes nothing.
"""

from common.processor import choose_openblas_kernels

choose_openblas_kernels()  # before NumPy is imported, or it is too late

import contextlib
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import train_numpy
import tyro
from losses_numpy import LOSSES
from pydantic import Field

from benchmarks.settings import Options, load_mnist, make_folder, save
from benchmarks.speed_results import spread
from common.command_line import run_script
from common.configuration import Configuration
from common.run import Run
from common.schedules import learning_rate
from data.mnist import Dataset, minibatches, shuffled_indices


class OverheadOptions(Options):
    """How long is measured. The number of threads is that of the environment."""

    epochs: int = Field(100, ge=1, le=10_000, description="epochs of each loop")


class BareLoop:
    """Epochs of tier 1 as train_numpy.py trains them, without a Run."""

    def __init__(self, configuration: Configuration, dataset: Dataset) -> None:
        self.configuration = configuration
        self.dataset = dataset
        self.model = train_numpy.MLP(
            configuration.layer_sizes, initializer=configuration.initializer
        )
        self.optimizer = train_numpy.make_optimizer(configuration, self.model)
        self.loss_function = LOSSES[configuration.loss]
        self.step = 0

    def epoch(self, epoch: int) -> None:
        train = self.dataset.train
        self.model.train()
        order = shuffled_indices(len(train), self.configuration.seed, epoch)
        for indices in minibatches(order, self.configuration.batch_size):
            logits = self.model.forward(train.images[indices])
            _, grad_logits = self.loss_function(logits, train.labels[indices])
            self.model.backward(grad_logits)
            self.optimizer.learning_rate = learning_rate(self.configuration, self.step)
            self.optimizer.step(self.model.gradients())
            self.step += 1
        self.model.eval()
        train_numpy.evaluate(self.model, self.dataset.validation, self.configuration.loss)


class TimedRun(Run):
    """A Run that times each epoch of its train script, and one of the bare loop beside it."""

    bare_loop: BareLoop
    order: random.Random
    seconds: list[tuple[float, float]]  # of the script's epochs and of the bare ones

    def epochs(self) -> Iterator[int]:
        for epoch in super().epochs():
            bare_first = self.order.random() < 0.5
            bare = self.time_bare(epoch) if bare_first else 0.0
            started = time.perf_counter()
            yield epoch  # what follows in train_numpy.train, up to and with the checkpoint
            script = time.perf_counter() - started
            self.seconds.append((script, bare if bare_first else self.time_bare(epoch)))

    def time_bare(self, epoch: int) -> float:
        started = time.perf_counter()
        self.bare_loop.epoch(epoch)
        return time.perf_counter() - started


def main(arguments: list[str]) -> None:
    options = tyro.cli(OverheadOptions, args=arguments, description=__doc__)
    make_folder(options.folder)
    seconds = measure(options)
    results: dict[str, Any] = {
        "seconds_per_epoch": spread([script for script, _ in seconds]),
        "seconds_per_bare_epoch": spread([bare for _, bare in seconds]),
        "ratio": spread([script / bare for script, bare in seconds]),
    }
    ratio = results["ratio"]
    print(
        f"train_numpy.py's epoch: {results['seconds_per_epoch']['median']:.3f} s, the bare loop's:"
        f" {results['seconds_per_bare_epoch']['median']:.3f} s (medians of {options.epochs})\n"
        f"recording, progress and checkpoints cost {ratio['median'] - 1:+.1%} of an epoch"
        f" (quartiles {ratio['q1'] - 1:+.1%} to {ratio['q3'] - 1:+.1%})"
    )
    print(f"results -> {save(options, 'overhead', results)}")


def measure(options: OverheadOptions) -> list[tuple[float, float]]:
    """Seconds of each epoch of the script and of the bare epoch beside it, one pair uncounted."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = Configuration(
            epochs=options.epochs + 1, data_root=options.data_root, run_dir=Path(folder) / "run"
        )
        TimedRun.bare_loop = BareLoop(configuration, load_mnist(options))
        TimedRun.order = random.Random(options.seed)
        TimedRun.seconds = []
        train_numpy.Run = TimedRun
        # The bar is drawn, as in a terminal, but nowhere to be seen.
        os.environ["TTY_COMPATIBLE"] = "1"
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            train_numpy.train(configuration)
    return TimedRun.seconds[1:]


if __name__ == "__main__":
    run_script(main)
