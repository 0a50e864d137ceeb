"""Measure where a step of tier 1 spends its time, beside its matrix products alone.

One process takes blocks of steps in turns, tier 1's with a clock between its parts and its floor's.
Rounds in which the floor was slower than at its best by more than a tenth don't count.
"""

from common.processor import choose_openblas_kernels

choose_openblas_kernels()  # before NumPy is imported, or it is too late

import time
from typing import Any

import tyro
from layers_numpy import Linear
from pydantic import Field
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.numpy_contenders import NumpyFloor, TierOne
from benchmarks.settings import Options, load_mnist, make_folder, save
from benchmarks.speed import QUIET, BatchSize, NetworkName
from benchmarks.speed_results import spread
from benchmarks.workloads import Data, Workload
from common.command_line import run_script
from common.schedules import learning_rate

PRODUCTS, GATHER, LINEAR, ACTIVATION, LOSS, UPDATE = (
    "the products alone",
    "gathering the minibatch",
    "adding biases, and their gradients",
    "activations, forward and backward",
    "the loss and its gradient",
    "the update",
)
BLOCK = 50  # steps


class PartsOptions(Options):
    """What is measured, and for how long. The number of threads is that of the environment."""

    rounds: int = Field(100, ge=1, le=10_000, description=f"blocks of {BLOCK} steps of each")
    network: NetworkName = Field("default", description="as in speed.py")
    batch_size: BatchSize = Field(128, description="minibatch size")


class TimedTierOne(TierOne):
    """TierOne with a clock between the parts of its step; `seconds` adds up what each took."""

    def __init__(self, workload: Workload, data: Data) -> None:
        super().__init__(workload, data)
        self.seconds = dict.fromkeys((GATHER, LINEAR, ACTIVATION, LOSS, UPDATE), 0.0)
        self.parts = [
            LINEAR if isinstance(layer, Linear) else ACTIVATION for layer in self.model.layers
        ]

    def step(self, indices):
        self.last = time.perf_counter()
        X, labels = self.data.images[indices], self.data.labels[indices]
        self.lap(GATHER)
        for layer, part in zip(self.model.layers, self.parts, strict=True):
            X = layer.forward(X)
            self.lap(part)
        _, gradient = self.loss_function(X, labels)
        self.lap(LOSS)
        for layer, part in zip(reversed(self.model.layers), reversed(self.parts), strict=True):
            gradient = layer.backward(gradient)
            self.lap(part)
        self.optimizer.learning_rate = learning_rate(self.configuration, 0)
        self.optimizer.step(self.model.gradients())
        self.lap(UPDATE)

    def lap(self, part: str) -> None:
        now = time.perf_counter()
        self.seconds[part] += now - self.last
        self.last = now


def main(arguments: list[str]) -> None:
    options = tyro.cli(PartsOptions, args=arguments, description=__doc__)
    make_folder(options.folder)
    train = load_mnist(options).train
    workload = Workload(options.network, options.batch_size)
    data = Data(train.images, train.labels, options.data_root)
    rounds = measure(options.rounds, TimedTierOne(workload, data), NumpyFloor(workload, data))
    fastest = min(seconds[PRODUCTS] for seconds in rounds)
    quiet = [seconds for seconds in rounds if seconds[PRODUCTS] <= fastest / QUIET]
    results: dict[str, Any] = {
        "rounds_counted": len(quiet),
        "microseconds": {part: spread([1e6 * s[part] for s in quiet]) for part in quiet[0]},
    }
    print_table(results, workload, options.rounds)
    print(f"results -> {save(options, 'parts', results)}")


def measure(rounds: int, tier: TimedTierOne, floor: NumpyFloor) -> list[dict[str, float]]:
    """Seconds per step of each part, round by round; one round before them is not counted."""
    measured = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        floor.run(BLOCK)
        products = (time.perf_counter() - started) / BLOCK
        tier.seconds = dict.fromkeys(tier.seconds, 0.0)
        tier.run(BLOCK)
        parts = {part: seconds / BLOCK for part, seconds in tier.seconds.items()}
        # The layers multiply, too.
        measured.append({PRODUCTS: products, **parts, LINEAR: parts[LINEAR] - products})
    return measured[1:]


def print_table(results: dict[str, Any], workload: Workload, rounds: int) -> None:
    """Each part with its quartiles and as a share of the products."""
    table = Table(
        title=f"A step of tier 1, {workload.label}, float32"
        f" ({results['rounds_counted']} of {rounds} rounds)",
        box=SIMPLE_HEAD,
    )
    table.add_column("part", no_wrap=True)
    for column in ("µs,\nmedian", "quartiles", "share of\nthe products"):
        table.add_column(column, justify="right", no_wrap=True)
    products = results["microseconds"][PRODUCTS]["median"]
    for part, microseconds in results["microseconds"].items():
        table.add_row(
            part,
            f"{microseconds['median']:.0f}",
            f"{microseconds['q1']:.0f} - {microseconds['q3']:.0f}",
            f"{microseconds['median'] / products:.1%}",
        )
    Console().print(table)


if __name__ == "__main__":
    run_script(main)
