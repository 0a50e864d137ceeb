"""Measure a step of tier 2 in one process and in two, and hold a formula for it against both.

Each setting's processes train all networks and minibatches, settings in turns. The formula is
fitted to some sizes, and judged by the others.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing
from numpy.typing import NDArray

from benchmarks.contenders import (
    WITH_TORCH,
    Stopwatch,
    Workload,
    samples_per_second,
    training,
)
from benchmarks.settings import Options, Spread, print_table
from common.cli.command_line import run_script
from common.options import option

TIER = next(entry for entry in WITH_TORCH if entry.key == "lowlevel")
ROWS = (128, 512, 2048)
FITTED = [Workload(name, n) for name in ("small", "big") for n in ROWS]
UNSEEN = [Workload("default", n) for n in ROWS]
# What the formula's last table assumes of a GPU and its links.
GPU_OPERATIONS, GPU_BYTES, GPU_LATENCY, GPU_ROWS = 20e12, 25e9, 10e-6, 8192
GPUS = (1, 2, 8, 64, 1024)
NUMBER = "{median:.3g}"


class ScalingOptions(Options):
    """The options of this benchmark."""

    seconds: float = option(1.0, gt=0, le=600)
    """of each measurement"""


@dataclass(frozen=True)
class Setting:
    """So many processes of so many threads."""

    processes: int
    threads: int


ALONE, THREADED, SHARED = Setting(1, 1), Setting(1, 2), Setting(2, 1)
SETTINGS = {
    "1 process of 1 thread": ALONE,
    "1 process of 2 threads": THREADED,
    "2 processes of 1 thread": SHARED,
}
STEP, REDUCTION = "step", "all-reduce"


def main(arguments: list[str]) -> None:
    options = ScalingOptions.parse(arguments, __doc__)
    options.prepare()
    sizes = FITTED + UNSEEN
    measured = options.take_turns(SETTINGS, lambda name, _: measure(SETTINGS[name], sizes, options))
    alone, _, shared = measured.values()
    formula = Formula(alone, shared)
    times: dict[str, dict[str, Spread]] = {}
    for w in sizes:
        row = {name: spreads[f"{STEP}, {w.label}"] for name, spreads in measured.items()}
        times[w.label] = row | {"its all-reduce": shared[f"{REDUCTION}, {w.label}"]}
    print_table(f"Milliseconds of a step of tier 2, {options.rounds} rounds", times)
    print(formula)
    for title, workloads in (("fitted to these", FITTED), ("not fitted to these", UNSEEN)):
        print_table(f"The formula, {title}", judge(workloads, measured, formula), NUMBER)
    print_table("Computed: a step of 784-1024-1024-10 on p GPUs in a ring", computed_ring(), NUMBER)
    options.save("scaling", measured, formula=str(formula))


def measure(setting: Setting, sizes: list[Workload], options: ScalingOptions) -> dict[str, float]:
    """Milliseconds of a step of each size and, in several processes, of its all-reduce."""
    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.spawn(train_all, (setting, sizes, options, folder), setting.processes)
        first, *others = (dict(np.load(path)) for path in sorted(Path(folder).glob("*.npz")))
    measured = {what: first[what].item() for what in first if what.startswith(STEP)}
    for other in others:
        for what in first.keys() - measured.keys():
            measured[what] = float(np.mean([first[what], other[what]]))
    return measured


def train_all(
    rank: int, setting: Setting, sizes: list[Workload], options: ScalingOptions, folder: str
) -> None:
    """One process's part: leaves its milliseconds in the folder. The first holds the watch."""
    torch.set_num_threads(setting.threads)
    if setting.processes > 1:
        address = f"file://{folder}/group"
        dist.init_process_group("gloo", init_method=address, rank=rank, world_size=2)
    reductions: list[float] = []
    measured: dict[str, Any] = {}
    with patch.object(dist, "all_reduce", timed(dist.all_reduce, reductions)):
        for workload in sizes:
            reductions.clear()
            if rank == 0:
                rows = samples_per_second(options.data_root, TIER, workload, options.seconds)
                measured[f"{STEP}, {workload.label}"] = 1e3 * workload.batch_size / rows
            else:
                training(options.data_root, TIER, workload)(Stopwatch(float("inf")))
            # About so many belong to the watch's warm-up.
            measured[f"{REDUCTION}, {workload.label}"] = reductions[1 + len(reductions) // 6 :]
    np.savez(Path(folder) / f"{rank}.npz", **measured)
    if setting.processes > 1:
        dist.destroy_process_group()


def timed(
    all_reduce: Callable[[torch.Tensor], Any], milliseconds: list[float]
) -> Callable[[torch.Tensor], None]:
    """An all-reduce that keeps what it took, evaluations' short ones left out."""

    def call(tensor: torch.Tensor) -> None:
        started = time.perf_counter()
        all_reduce(tensor)
        if len(tensor) > 3:
            milliseconds.append(1e3 * (time.perf_counter() - started))

    return call


def operations(workload: Workload) -> int:
    """Of the matrix products of a step: forward, for the weights, and for all inputs but X."""
    first, *others = pairwise(workload.layer_sizes)
    products = 2 * first[0] * first[1] + sum(3 * d_in * d_out for d_in, d_out in others)
    return 2 * workload.batch_size * products


def parameters(workload: Workload) -> int:
    """Numbers in its network: weights and biases."""
    return sum((d_in + 1) * d_out for d_in, d_out in pairwise(workload.layer_sizes))


class Formula:
    """Milliseconds of a step: what a process computes alone, and its messages.

    A step of p processes takes a + b · parameters + (c · activations + d · operations) / p, and
    where p > 1 the all-reduce's latency and bytes / bandwidth besides. Fitted by least squares of
    the relative errors at the sizes FITTED: the first part to steps of one process, the second to
    the all-reduces of two, in which they wait for each other, too.
    """

    def __init__(self, alone: dict[str, Spread], shared: dict[str, Spread]) -> None:
        self.compute = fit([self._of_process(w, 1) for w in FITTED], medians(alone, STEP))
        self.message = fit([self._of_message(w) for w in FITTED], medians(shared, REDUCTION))

    def __call__(self, workload: Workload, processes: int) -> float:
        step = self._of_process(workload, processes) @ self.compute
        return float(step + (self._of_message(workload) @ self.message if processes > 1 else 0))

    def __str__(self) -> str:
        (fixed, parameter, activation, operation), (latency, byte) = self.compute, self.message
        return (
            f"ms of a step = {fixed:.3g} + {1e6 * parameter:.3g} · parameters / 10⁶"
            f" + ({1e6 * activation:.3g} · activations / 10⁶"
            f" + {1e9 * operation:.3g} · operations / 10⁹) / p,"
            f" and for p = 2 besides {latency:.3g} + {1e6 * byte:.3g} · bytes / 10⁶"
        )

    @staticmethod
    def _of_process(workload: Workload, processes: int) -> NDArray[Any]:
        activations = workload.batch_size * sum(workload.layer_sizes)
        shared = np.array([activations, operations(workload)]) / processes
        return np.array([1.0, parameters(workload), *shared])

    @staticmethod
    def _of_message(workload: Workload) -> NDArray[Any]:
        return np.array([1.0, 4.0 * parameters(workload)])


def medians(measured: dict[str, Spread], what: str) -> NDArray[Any]:
    return np.array([measured[f"{what}, {w.label}"]["median"] for w in FITTED])


def fit(terms: list[NDArray[Any]], values: NDArray[Any]) -> NDArray[Any]:
    """The factors of the terms with the least squares of the relative errors."""
    return np.linalg.lstsq(np.array(terms) / values[:, None], np.ones(len(values)), rcond=None)[0]


def judge(
    workloads: list[Workload], measured: dict[str, dict[str, Spread]], formula: Formula
) -> dict[str, dict[str, Spread | None]]:
    """What two processes gain at each size, and how far off the formula is."""
    table: dict[str, dict[str, Spread | None]] = {}
    for workload in workloads:
        alone, threaded, shared = (
            spreads[f"{STEP}, {workload.label}"]["median"] for spreads in measured.values()
        )
        computed = formula(workload, 2)
        table[workload.label] = {
            "2 threads: times as fast": {"median": alone / threaded},
            "2 processes: times as fast": {"median": alone / shared},
            "formula: ms": {"median": computed},
            "its error, %": {"median": 100 * (computed / shared - 1)},
        }
    return table


def computed_ring() -> dict[str, dict[str, Spread | None]]:
    """The formula with a ring's messages and assumed speeds, for one minibatch and for p of them.

    In a ring of p each sends 2 (p - 1) pieces of a p-th of the gradients (Patarasu & Yuan 2009).
    """
    table: dict[str, dict[str, Spread | None]] = {}
    workload = Workload("big", GPU_ROWS)
    seconds = operations(workload) / GPU_OPERATIONS
    for p in GPUS:
        ring = 2 * (p - 1) * (4 * parameters(workload) / p / GPU_BYTES + GPU_LATENCY)
        table[f"p = {p}"] = {
            f"n = {GPU_ROWS}: ms": {"median": 1e3 * (seconds / p + ring)},
            "times as fast": {"median": seconds / (seconds / p + ring)},
            f"n = {GPU_ROWS} p: ms": {"median": 1e3 * (seconds + ring)},
            "times as many rows a second": {"median": p * seconds / (seconds + ring)},
        }
    return table


if __name__ == "__main__":
    run_script(main)
