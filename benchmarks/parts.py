"""Measure where a step of tier 1 spends its time, beside its matrix products alone.

In one process tier 1's own `train` and its floor take steps in turns, with a clock around the
methods of tier 1's layers. A round is an epoch.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from benchmarks.contenders import BareRecorder, Task, Workload
from benchmarks.numpy_loops import floor
from benchmarks.settings import Options, print_table, spreads
from common.cli.command_line import run_script
from layers_numpy import Linear
from tiers import TIERS

PRODUCTS, LINEAR = "the products alone", "adding biases, and their gradients"
WORKLOAD = Workload("default", 128)
BLOCK = 39  # steps; 11 blocks are an epoch


class PartsRecorder(BareRecorder):
    """Takes the time of each part: `rows` has the µs per step of each epoch."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.products = floor(task)
        self.steps_taken = 0
        self.rows: list[dict[str, float]] = []

    def _begin(self) -> None:
        first, *_, last = layers = self.model.layers
        for layer in layers:
            part = LINEAR if isinstance(layer, Linear) else "activations, forward and backward"
            before = "gathering the minibatch" if layer is first else part
            layer.forward = self.timed(layer.forward, before, part)
            before = "the loss and its gradient" if layer is last else part
            layer.backward = self.timed(layer.backward, before, part)
        self.microseconds, self.last = defaultdict(float, {PRODUCTS: 0.0}), time.perf_counter()

    def timed(self, method: Callable[[Any], Any], before: str, part: str) -> Callable[[Any], Any]:
        def call(argument: Any) -> Any:
            self.lap(before)  # what led to this call
            result = method(argument)
            self.lap(part)
            return result

        return call

    def lap(self, part: str) -> None:
        now = time.perf_counter()
        self.microseconds[part] += 1e6 * (now - self.last) / self.steps_per_epoch
        self.last = now

    def record_step(self, loss, right, gradient_norm=None):
        self.lap("comparing predictions with labels")

    def _step_made(self) -> None:
        self.lap("the update")
        self.steps_taken += 1
        if self.steps_taken % BLOCK == 0:
            for _ in range(BLOCK):
                next(self.products)
            self.lap(PRODUCTS)

    def record_epoch(self, validation_loss, validation_accuracy):
        self.microseconds[LINEAR] -= self.microseconds[PRODUCTS]  # the layers multiply, too
        self.rows.append(self.microseconds)
        self.microseconds = defaultdict(float, {PRODUCTS: 0.0})
        super().record_epoch(validation_loss, validation_accuracy)


def main(arguments: list[str]) -> None:
    options = Options.parse(arguments, __doc__, rounds=30)
    task = Task(WORKLOAD, options.prepare(), "cpu", options.data_root)
    recorder = PartsRecorder(task)
    configuration = WORKLOAD.configuration().replace(epochs=options.rounds + 1)
    TIERS["numpy"].train(configuration, task.dataset, recorder)
    rows = recorder.rows[1:]  # the first warms up
    shares = spreads([{part: row[part] / row[PRODUCTS] for part in row} for row in rows])
    results = {
        part: {"µs": microseconds, "share of the products": shares[part]}
        for part, microseconds in spreads(rows).items()
    }
    print_table(f"A step of tier 1, {WORKLOAD.label}, float32, {options.rounds} rounds", results)
    options.save("parts", results)


if __name__ == "__main__":
    run_script(main)
