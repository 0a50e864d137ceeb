"""Measure where a step of tier 1 spends its time, beside its matrix products alone.

In one process tier 1's own training and its floor take steps, interleaved, with a clock around the
methods of tier 1's layers. A round is an epoch.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from benchmarks.contenders import Task, Workload
from benchmarks.numpy_loops import floor
from benchmarks.settings import Options, print_table, spreads
from common.cli.command_line import run_script
from layers_numpy import Linear
from train_numpy import make_model, train_steps

PRODUCTS, LINEAR = "the products alone", "adding biases, and their gradients"
WORKLOAD = Workload("default", 128)
BLOCK = 39  # steps; 11 blocks are an epoch


class Clock:
    """Takes the µs of each part since the last reset."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.microseconds, self.last = defaultdict(float), time.perf_counter()

    def lap(self, part: str) -> None:
        """What has passed since the last lap belongs to this part."""
        now = time.perf_counter()
        self.microseconds[part] += 1e6 * (now - self.last)
        self.last = now

    def timed(self, method: Callable[[Any], Any], before: str, part: str) -> Callable[[Any], Any]:
        """The method with a lap around it; `before` is the part that leads to its call."""

        def call(argument: Any) -> Any:
            self.lap(before)
            result = method(argument)
            self.lap(part)
            return result

        return call


def main(arguments: list[str]) -> None:
    options = Options.parse(arguments, __doc__, rounds=30)
    task = Task(WORKLOAD, options.prepare(), "cpu", options.data_root)
    rows = measure(task, options.rounds + 1)[1:]  # the first warms up
    shares = spreads([{part: row[part] / row[PRODUCTS] for part in row} for row in rows])
    results = {
        part: {"µs": microseconds, "share of the products": shares[part]}
        for part, microseconds in spreads(rows).items()
    }
    print_table(f"A step of tier 1, {WORKLOAD.label}, float32, {options.rounds} rounds", results)
    options.save("parts", results)


def measure(task: Task, epochs: int) -> list[dict[str, float]]:
    """The µs that each part of a step takes, in each epoch."""
    configuration = WORKLOAD.configuration().replace(epochs=epochs)
    model = make_model(configuration, *(WORKLOAD.layer_sizes[i] for i in (0, -1)))
    clock, products, rows = Clock(), floor(task), []
    first, *_, last = model.layers
    for layer in model.layers:
        part = LINEAR if isinstance(layer, Linear) else "activations, forward and backward"
        before = "gathering the minibatch" if layer is first else part
        layer.forward = clock.timed(layer.forward, before, part)
        before = "the loss and its gradient" if layer is last else part
        layer.backward = clock.timed(layer.backward, before, part)
    steps = train_steps(configuration, task.dataset, model=model, pause_before_update=True)
    clock.reset()
    for training in steps:
        clock.lap("comparing predictions with labels")
        next(steps)
        clock.lap("the update")
        if training.step % BLOCK == 0:
            for _ in range(BLOCK):
                next(products)
            clock.lap(PRODUCTS)
        if training.epoch_is_over:
            row = {part: us / training.steps_per_epoch for part, us in clock.microseconds.items()}
            row[LINEAR] -= row[PRODUCTS]  # the layers multiply, too
            # The products stand first.
            rows.append({PRODUCTS: row.pop(PRODUCTS)} | row)
            clock.reset()
    return rows


if __name__ == "__main__":
    run_script(main)
