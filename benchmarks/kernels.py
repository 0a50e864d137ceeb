"""Measure the matrix products of tier 1's step with each of OpenBLAS's kernels, on one core.

A core can do no more than its clock times what it does in a cycle; the share of this peak that is
reached means the same on every machine. The clock is read off a chain of additions, each of which
waits a cycle for the one before: a line of C, for which the compiler `cc` is needed.
"""

import ctypes
import os
import subprocess
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.contenders import Workload
from benchmarks.numpy_loops import step_products
from benchmarks.settings import Options, print_table
from common.cli.command_line import run_script
from common.runs.processor import processor_information, processor_name
from data.errors import UserError

OWN_CHOICE = "OpenBLAS's own choice"
KERNELS = (OWN_CHOICE, "Haswell", "SkylakeX")
# Single-precision operations in a cycle by AMD's processor family: two multiply-adds of 8 numbers
# each; from Zen 5 on of 16.
PER_CYCLE = {"23": 32, "25": 32, "26": 64}
WORKLOAD = Workload("default", 128)
STEPS = 300
ADDITIONS = 100_000_000
CHAIN = 'void chain(long n) { long x = 0; while (n--) __asm__ volatile("%s" : "+r"(x)); }'


def main(arguments: list[str]) -> None:
    options = Options.parse(arguments, __doc__, threads=1, rounds=10)
    options.prepare()
    processes = {}
    for kernel in KERNELS:
        os.environ.pop("OPENBLAS_CORETYPE", None)
        if kernel != OWN_CHOICE:
            os.environ["OPENBLAS_CORETYPE"] = kernel
        processes[kernel] = ProcessPoolExecutor(1, get_context("spawn"))
        processes[kernel].submit(os.getpid).result()  # starts it, with the environment as it is now
    chain = compiled_chain()
    per_cycle = PER_CYCLE.get(processor_information().get("cpu family", ""))

    def measure(kernel: str, _: int) -> dict[str, float]:
        microseconds, operations = processes[kernel].submit(products).result()
        clock = clock_in_gigahertz(chain)
        measured = {
            "µs": microseconds,
            "10⁹ operations a second": operations / microseconds / 1e3,
            "clock, GHz": clock,
        }
        if per_cycle:
            measured["% of the peak"] = operations / microseconds / 1e3 / clock / per_cycle * 100
        return measured

    results = options.take_turns(KERNELS, measure)
    print_table(f"The products of a step, {WORKLOAD.label}, on {processor_name()}", results)
    options.save("kernels", results)


def products() -> tuple[float, float]:
    """The median µs of a step's products on one core, and how many operations they are."""
    rng = np.random.default_rng(0)
    of_step = step_products(WORKLOAD, lambda *shape: rng.random(shape, np.float32) - 0.5)
    times = []
    with threadpool_limits(1):
        for _ in range(STEPS):
            started = time.perf_counter()
            for A, B, out in of_step:
                np.matmul(A, B, out=out)
            times.append(time.perf_counter() - started)
    return 1e6 * median(times), 2.0 * sum(A.size * B.shape[1] for A, B, _ in of_step)


def compiled_chain() -> Any:
    """A function that makes so many additions, ten at a time; UserError without a compiler."""
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / "chain.c", Path(folder) / "chain.so"
        source.write_text(CHAIN % (10 * "add $1, %0\\n"))
        command = ["cc", "-O2", "-shared", "-fPIC", source, "-o", library]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            message = "cc cannot compile a line of x86-64 code here; install a C compiler"
            raise UserError(message) from None
        return ctypes.CDLL(str(library)).chain


def clock_in_gigahertz(chain: Any) -> float:
    """Additions that wait for each other take a cycle each; the fastest of five times counts."""
    fastest = min(timed(chain) for _ in range(5))
    return ADDITIONS / fastest / 1e9


def timed(chain: Any) -> float:
    """The seconds of the additions."""
    started = time.perf_counter()
    chain(ctypes.c_long(ADDITIONS // 10))
    return time.perf_counter() - started


if __name__ == "__main__":
    run_script(main)
