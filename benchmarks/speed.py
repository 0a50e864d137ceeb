"""Measure samples per second: each tier, its floor, and what people would use instead.

Every contender lives in a process of its own. One computes at a time, in a new random order for
each round, and between any two the same matrix products are timed: how fast the machine itself was
just then is divided out, and where it was slower by more than a tenth, it is measured again.
"""

import os
import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context, parent_process
from statistics import mean, median
from threading import Thread
from typing import Any, Literal

from rich.progress import track

from benchmarks import contenders
from benchmarks.contenders import WITH_NUMPY, Entry, NetworkName, Workload
from benchmarks.settings import Options, Spread, print_table, spread
from common.cli.command_line import run_script
from common.options import option
from data.errors import UserError

REFERENCE = WITH_NUMPY[0], Workload("default", 128), 0.1  # NumPy's products alone
QUIET, ATTEMPTS = 0.9, 8  # times the reference's best speed so far; so often at most
COST = "µs per sample"
Rounds = Mapping[Entry, dict[int, tuple[float, float]]]  # speed, and the reference's meanwhile


class SpeedOptions(Options):
    """What is measured, and for how long."""

    seconds: float = option(0.5, gt=0, le=600)
    """length of a measurement"""
    networks: tuple[NetworkName, ...] = option(("default", "small", "big"), min_length=1)
    """the first at every minibatch size"""
    batch_sizes: tuple[int, ...] = option((32, 128, 512, 2048), ge=1, le=55000, min_length=1)
    """of the first network; 128 for the others"""
    momentum: bool = option(True)
    """measure the first network with momentum 0.9, too"""
    contenders: tuple[str, ...] = option(())
    """such as numpy paper; all if none"""
    device: Literal["cpu", "cuda"] = option("cpu")
    """cuda: torch on the GPU, too"""

    def workloads(self) -> list[Workload]:
        first, *others = dict.fromkeys(self.networks)
        grid = [Workload(first, size) for size in dict.fromkeys(self.batch_sizes)]
        grid += [Workload(network, 128) for network in others]
        return grid + [Workload(first, 128, 0.9)] * self.momentum


def main(arguments: list[str]) -> None:
    options = SpeedOptions.parse(arguments, __doc__)
    known = contenders.known_contenders(options.device)
    for key in options.contenders:
        if key not in known:
            raise UserError(f"--contenders {key}: choose among {', '.join(known)}")
    if options.device == "cuda":  # else one line tells that there is none
        choose_device = import_module("common.distributed.tensors").choose_device
        choose_device(REFERENCE[1].configuration(device="cuda"))
    options.prepare()
    root, workloads = options.data_root.resolve(), options.workloads()
    entries = [known[key] for key in options.contenders or known]
    processes = {}
    for entry in {REFERENCE[0], *entries}:
        processes[entry] = ProcessPoolExecutor(
            1, get_context("spawn"), initializer=begin, initargs=(options.threads,)
        )
        processes[entry].submit(os.getpid)  # starts it
    # One workload after the other, so that what is compared lies close in time.
    order, tasks = random.Random(options.seed), []
    for number in range(options.rounds):
        for workload in order.sample(workloads, len(workloads)):
            rivals = [e for e in entries if e.momentum or not workload.momentum]
            tasks += [(e, workload, number) for e in order.sample(rivals, len(rivals))]

    def measure(*job: Any) -> float:
        return processes[job[0]].submit(contenders.samples_per_second, root, *job).result()

    references, disturbed, failures = [measure(*REFERENCE)], 0, {}
    samples: dict[Workload, Rounds] = {workload: defaultdict(dict) for workload in workloads}
    # A thread that redraws the bar would compute during the measurements.
    for entry, workload, number in track(tasks, auto_refresh=False, transient=True):
        try:
            sample, quiet = take_sample(measure, references, entry, workload, options.seconds)
            samples[workload][entry][number] = sample
            disturbed += not quiet
        except Exception as error:  # reported below the tables; the other contenders go on
            failures[entry.key] = f"{type(error).__name__}: {error}".splitlines()[0]
    machine = spread(references)
    for key, error in failures.items():
        print(f"{key} failed: {error}")
    results = {w: summarize(rows, machine["median"]) for w, rows in samples.items() if rows}
    if not results:
        raise UserError("--contenders: none of them could be measured")
    for workload, rows in results.items():
        print_table(f"Training speed, {workload.label}, float32", rows)
    print(
        f"The machine's own speed varied by {machine['max'] / machine['min'] - 1:.0%} (its middle"
        f" half by {machine['q3'] / machine['q1'] - 1:.1%}); it is divided out above. Disturbed by"
        f" others, however often repeated: {disturbed} of {len(tasks)} measurements."
    )
    options.save("speed", {workload.label: rows for workload, rows in results.items()})


def begin(threads: int | None) -> None:
    """Of each contender's process; it would wait for work for ever after its parent was killed."""
    if threads and hasattr(os, "sched_setaffinity"):  # JAX counts cores, and no variable tells it
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    Thread(target=lambda: os._exit(parent_process().join() or 1), daemon=True).start()


def take_sample(
    measure: Callable[..., float], references: list[float], *job: Any
) -> tuple[tuple[float, float], bool]:
    """The speed of a job, the reference's meanwhile, and whether they were undisturbed.

    It is measured again as long as somebody did; `references` keeps all speeds of the reference.
    """
    for _ in range(ATTEMPTS):
        speed = measure(*job)
        references.append(measure(*REFERENCE))
        around = references[-2:]
        if quiet := min(around) >= QUIET * max(references):
            break
    return (speed, mean(around)), quiet


def summarize(samples: Rounds, usual: float) -> dict[str, dict[str, Spread | None]]:
    """Costs and ratios by contender, the fastest first; `usual` is the reference's median speed.

    A ratio is taken within a round, where both were measured in the same minute.
    """
    costs: dict[str, dict[int, float]] = defaultdict(dict)
    for entry, rounds in samples.items():
        for number, (speed, reference) in rounds.items():
            # A slow reference: the machine was slow, and so was the contender, but no GPU.
            drift = reference / usual if entry.device == "cpu" else 1.0
            costs[entry.key][number] = 1e6 * drift / speed

    def ratio(key: str, to: str) -> Spread | None:
        cost, base = costs[key], costs[to]
        shared = [cost[number] / base[number] for number in cost.keys() & base.keys()]
        return spread(shared) if shared else None

    return {
        entry.name: {
            COST: spread(costs[entry.key].values()),
            "cost to NumPy's products": ratio(entry.key, "numpy-floor"),
            "cost to its own floor": ratio(entry.key, entry.floor),
            "speed to scikit-learn": ratio("scikit-learn", entry.key),
        }
        for entry in sorted(samples, key=lambda entry: median(costs[entry.key].values()))
    }


if __name__ == "__main__":
    run_script(main)
