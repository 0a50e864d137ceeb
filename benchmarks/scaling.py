"""Measure a step of tier 2 in one process and in two, and compute it for a ring of GPUs.

Each setting's processes train all networks and minibatches; the settings are interleaved.
"""

import math
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

from benchmarks.contenders import Task, Workload, load_once
from benchmarks.settings import Options, Spread, print_table
from common.cli.command_line import run_script
from common.options import option
from data.datasets import Dataset
from train_lowlevel import train_steps

ROWS = (128, 512, 2048)
SIZES = [Workload(name, n) for name in ("small", "default", "big") for n in ROWS]
# What the last table assumes of a GPU and its links.
GPU_OPERATIONS, GPU_BYTES, GPU_LATENCY, GPU_ROWS = 20e12, 25e9, 10e-6, 8192
GPUS = (1, 2, 8, 64, 1024)
NUMBER = "{median:.3g}"


class ScalingOptions(Options):
    """The options of this benchmark."""

    seconds: float = option(1.0, gt=0, le=600)
    """of each measurement"""


@dataclass(frozen=True)
class Setting:
    """How many processes, and how many threads each has."""

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
    measured = options.interleave(SETTINGS, lambda name, _: measure(SETTINGS[name], SIZES, options))
    *_, shared = measured.values()
    times: dict[str, dict[str, Spread]] = {}
    for w in SIZES:
        row = {name: spreads[f"{STEP}, {w.label}"] for name, spreads in measured.items()}
        times[w.label] = row | {"its all-reduce": shared[f"{REDUCTION}, {w.label}"]}
    print_table(f"Milliseconds of a step of tier 2, {options.rounds} rounds", times)
    print_table("Computed: a step of 784-1024-1024-10 on p GPUs in a ring", computed_ring(), NUMBER)
    options.save("scaling", measured)


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
            dataset = Task(
                workload, load_once("mnist", options.data_root), "cpu", options.data_root
            ).dataset
            milliseconds = time_steps(workload, dataset, options.seconds if rank == 0 else math.inf)
            if rank == 0:
                measured[f"{STEP}, {workload.label}"] = milliseconds
            # About a sixth belongs to the warm-up.
            measured[f"{REDUCTION}, {workload.label}"] = reductions[1 + len(reductions) // 6 :]
    np.savez(Path(folder) / f"{rank}.npz", **measured)
    if setting.processes > 1:
        dist.destroy_process_group()


def time_steps(workload: Workload, dataset: Dataset, seconds: float) -> float:
    """Train for this time after a warm-up, and have all processes stop: ms of a step."""
    begins, step_then = math.inf, 0
    now = started = time.perf_counter()
    for training in train_steps(workload.configuration(device="cpu"), dataset):
        now = time.perf_counter()
        if begins == math.inf and now - started > seconds / 5:
            begins, step_then = now, training.step
        training.stop_requested = now - begins > seconds
        if training.should_stop:
            break
    return 1e3 * (now - begins) / (training.step - step_then) if begins < math.inf else math.nan


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


def computed_ring() -> dict[str, dict[str, Spread | None]]:
    """Products and a ring's messages at assumed speeds, for one minibatch and for p of them.

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
