"""The process of one contender: python -m benchmarks.worker KEY DATA_ROOT

It reads requests from its standard input, one JSON object a line, and answers each with one on
what was its standard output. Between two requests it is blocked in a read and computes nothing.
"""

import json
import os
import signal
import sys
import time
from importlib import import_module
from math import ceil
from pathlib import Path
from typing import Any, TextIO

from benchmarks.contenders import ENTRIES, ON_CUDA, OTHER_KERNELS, REFERENCE
from common.processor import choose_openblas_kernels


def main(key: str, data_root: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this one
    # What the libraries print must not get between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    entries = {entry.key: entry for entry in (*ENTRIES, *OTHER_KERNELS, *ON_CUDA, REFERENCE)}
    entry = entries[key]
    if entry.kernels == "chosen":
        choose_openblas_kernels()
    import numpy  # noqa: F401 - before train_numpy, which chooses kernels where it comes first

    from benchmarks.workloads import Data, Workload
    from common.environment import loaded_libraries
    from data.mnist import load_dataset

    train = load_dataset("mnist", Path(data_root)).train
    data = Data(train.images, train.labels, Path(data_root), entry.device)
    module, class_name = entry.code
    contender_class = getattr(import_module(f"benchmarks.{module}"), class_name)
    answer(answers, {"libraries": loaded_libraries()})

    contenders: dict[Workload, Any] = {}
    for line in sys.stdin:
        request = json.loads(line)
        workload = Workload(**request["workload"])
        try:
            if workload not in contenders:
                contenders[workload] = contender_class(workload, data)
            answer(answers, measure(contenders[workload], request["warm_up"], request["seconds"]))
        except Exception as error:  # told in the table; the other contenders go on
            answer(answers, {"error": f"{type(error).__name__}: {error}".splitlines()[0]})


def measure(contender: Any, warm_up: float, seconds: float) -> dict[str, Any]:
    """Run for about so many seconds after a warm-up of about so many.

    The first step, which may compile something, is no part of either.
    """
    contender.run(1)
    steps, elapsed = 1, 0.0
    while True:
        started = time.perf_counter()
        taken = contender.run(steps)
        elapsed = time.perf_counter() - started
        if elapsed >= warm_up:
            break
        steps *= 2
    steps = ceil(seconds * taken / elapsed)
    started = time.perf_counter()
    taken = contender.run(steps)
    elapsed = time.perf_counter() - started
    return {"steps": taken, "seconds": elapsed}


def answer(stream: TextIO, content: dict[str, Any]) -> None:
    stream.write(json.dumps(content) + "\n")
    stream.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
