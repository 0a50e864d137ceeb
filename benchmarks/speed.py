"""Measure samples per second: each tier, its floor, and what people would use instead.

Every contender lives in a process of its own. One computes at a time, in an order that is drawn
anew for each round, and a matrix product that is always the same is timed between any two: where
the machine itself was slower or faster for a while, that product shows it, and is divided out.
Where it was slower by more than a tenth, others were using the machine, and it is measured again.
"""

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal, TextIO

import tyro
from pydantic import Field
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.contenders import ENTRIES, ON_CUDA, OTHER_KERNELS, REFERENCE, Entry
from benchmarks.live_process import LiveProcess
from benchmarks.settings import ProcessOptions, load_mnist, make_folder, save
from benchmarks.speed_report import draw, print_tables
from benchmarks.speed_results import Sample, summarize
from benchmarks.workloads import Workload
from common.command_line import run_script
from common.errors import UserError
from common.processor import processor_name

NetworkName = Literal["default", "small", "big"]
BatchSize = Annotated[int, Field(ge=1, le=55_000)]
MOMENTUM = 0.9
REFERENCE_SECONDS = 0.1
QUIET = 0.9  # times the reference's best speed so far
ATTEMPTS = 8


class SpeedOptions(ProcessOptions):
    """What is measured, and for how long."""

    rounds: int = Field(5, ge=1, le=10_000, description="measurements of each contender")
    seconds: float = Field(0.5, gt=0, le=600, description="length of a measurement")
    warm_up: float = Field(0.1, gt=0, le=600, description="length of the steps before it")
    networks: tuple[NetworkName, ...] = Field(
        ("default", "small", "big"),
        min_length=1,
        description="784-256-128-10, 784-32-10, 784-1024-1024-10; the first at every minibatch"
        " size, the others at 128",
    )
    batch_sizes: tuple[BatchSize, ...] = Field(
        (32, 128, 512, 2048), min_length=1, description="minibatch sizes"
    )
    momentum: bool = Field(True, description="measure the first network with momentum 0.9, too")
    contenders: tuple[str, ...] = Field(
        (),
        description="all if none is given; else among "
        + ", ".join(entry.key for entry in (*ENTRIES, *OTHER_KERNELS)),
    )
    kernels: Literal["chosen", "both"] = Field(
        "chosen", description="both: NumPy with the kernels that OpenBLAS chooses itself, too"
    )

    def workloads(self) -> list[Workload]:
        """The columns of the grid."""
        first, *others = dict.fromkeys(self.networks)
        grid = [Workload(first, size) for size in dict.fromkeys(self.batch_sizes)]
        grid += [Workload(network, 128) for network in others]
        return grid + [Workload(first, 128, MOMENTUM)] * self.momentum

    def entries(self) -> list[Entry]:
        """The rows of the grid, those that are not installed included.

        Raises:
            UserError: for a contender that there is not.
        """
        entries = [*ENTRIES, *(OTHER_KERNELS if self.kernels == "both" else ())]
        if not self.contenders:
            return entries
        known = {entry.key: entry for entry in (*ENTRIES, *OTHER_KERNELS)}
        for key in self.contenders:
            if key not in known:
                raise UserError(f"--contenders {key}: choose among {', '.join(known)}")
        return [known[key] for key in dict.fromkeys(self.contenders)]


def main(arguments: list[str]) -> None:
    options = tyro.cli(SpeedOptions, args=arguments, description=__doc__)
    entries = options.entries()
    make_folder(options.folder)
    load_mnist(options)  # before any process needs it
    installed = [entry for entry in entries if not entry.missing]
    chosen = {entry.key for entry in installed}
    on_cuda = [entry for entry in ON_CUDA if entry.key.removesuffix("-cuda") in chosen]
    if on_cuda and cuda_found():
        installed += on_cuda

    with (
        open(options.folder / "speed.log", "w") as log,
        live_processes(installed, options, log) as processes,
    ):
        reference, *contenders = processes
        samples = measure_all(options, reference, contenders)
        libraries = {process.entry.key: process.libraries for process in processes}

    results = summarize(options.workloads(), installed, samples)
    results["not_installed"] = {e.key: list(e.missing) for e in entries if e.missing}
    results["processor"] = processor_name()
    results["libraries"] = libraries
    print_tables(results)
    print(f"results -> {save(options, 'speed', results)}")
    figure = options.folder / "speed.png"
    draw(results, figure)
    print(f"figure  -> {figure}")


def cuda_found() -> bool:
    """Whether torch finds a GPU; asked in another process, so that this one stays small."""
    question = "import torch, sys; sys.exit(not torch.cuda.is_available())"
    asked = subprocess.run([sys.executable, "-c", question], stderr=subprocess.DEVNULL)
    return asked.returncode == 0


@contextmanager
def live_processes(
    entries: list[Entry], options: SpeedOptions, log: TextIO
) -> Iterator[list[LiveProcess]]:
    """The processes of the reference and of these contenders, ended whatever happens."""
    environment = options.child_environment()
    processes: list[LiveProcess] = []
    try:
        for entry in (REFERENCE, *entries):
            processes.append(LiveProcess(entry, options.data_root, environment, log))
        for process in processes:
            process.wait_until_ready()
        yield processes
    finally:
        for process in processes:
            process.stop()


def measure_all(
    options: SpeedOptions, reference: LiveProcess, contenders: list[LiveProcess]
) -> list[Sample]:
    """Every contender on every workload, round after round."""
    order = random.Random(options.seed)
    meter = Meter(options, reference, contenders)
    bar = Progress(
        TextColumn("round {task.fields[round]}/" + str(options.rounds)),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[now]}"),
        # Redrawn between measurements; a thread that does it would compute during them.
        auto_refresh=False,
        transient=True,
        disable=not Console().is_terminal,
    )
    tasks = [
        (workload, contender)
        for workload in options.workloads()
        for contender in contenders
        if not workload.momentum or contender.entry.momentum
    ]
    samples: list[Sample] = []
    with bar:
        shown = bar.add_task("", total=options.rounds * len(tasks), round=1, now="")
        for number in range(1, options.rounds + 1):
            # One workload after the other, so that what is compared lies close in time.
            for workload in order.sample(options.workloads(), len(options.workloads())):
                rivals = [contender for task, contender in tasks if task == workload]
                for contender in order.sample(rivals, len(rivals)):
                    now = f"{contender.entry.name}, {workload.label}"
                    bar.update(shown, advance=1, round=number, now=now, refresh=True)
                    samples.append(meter.measure(contender, workload, number))
            if bar.disable:
                print(f"round {number}/{options.rounds}", flush=True)
    return samples


class Meter:
    """Measures one contender at a time and watches the machine's own speed meanwhile.

    Args:
        options: how long a measurement takes.
        reference: the process that multiplies before and after each.
        contenders: the processes that are idle while another one is measured.
    """

    def __init__(
        self, options: SpeedOptions, reference: LiveProcess, contenders: list[LiveProcess]
    ) -> None:
        self.options = options
        self.reference = reference
        self.processes = (reference, *contenders)
        self.before = self.best = self.reference_speed()

    def measure(self, contender: LiveProcess, workload: Workload, number: int) -> Sample:
        """A sample of round `number`, taken again as long as the machine is disturbed."""
        for _ in range(ATTEMPTS):
            sample = self.measure_once(contender, workload, number)
            if sample.quiet or sample.error:
                break
        return sample

    def measure_once(self, contender: LiveProcess, workload: Workload, number: int) -> Sample:
        others = [process for process in self.processes if process is not contender]
        idle = sum(process.processor_seconds() or 0.0 for process in others)
        measured = contender.measure(workload, self.options.warm_up, self.options.seconds)
        idle = sum(process.processor_seconds() or 0.0 for process in others) - idle
        before, after = self.before, self.reference_speed()
        self.before, self.best = after, max(self.best, after)
        return Sample(
            number,
            contender.entry.key,
            workload,
            measured.samples_per_second,
            measured.error,
            reference=(before + after) / 2,
            quiet=min(before, after) >= QUIET * self.best,
            others_processor_seconds=idle,
        )

    def reference_speed(self) -> float:
        """Matrix products of the reference per second, just now."""
        workload = Workload("default", 1)
        measured = self.reference.measure(workload, REFERENCE_SECONDS / 4, REFERENCE_SECONDS)
        if measured.samples_per_second is None:
            raise UserError(f"the reference cannot be measured: {measured.error}")
        return measured.samples_per_second


if __name__ == "__main__":
    run_script(main)
