"""The process that an answer is judged in: `runner` starts python -m exercises.checker.child.

It reads a request from standard input, and writes what it found as lines of JSON into a file that
it opens before the answer runs. Each line bears the request's token, unknown to the answer.
"""

import json
import math
import os
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checker import checking
from exercises.checker.adapters import adapter
from exercises.checker.answer import Answer
from exercises.checker.catalogue import Exercise
from exercises.checker.checking import (
    LOADING,
    NOT_STARTED,
    Check,
    Refused,
    Verdict,
    defined,
    format_exception,
    judge,
    reject_borrowed_code,
)
from exercises.checker.messages import (
    Began,
    Forbidden,
    Judged,
    Report,
    Request,
    Shown,
    Started,
    encode,
)

FORBIDDEN = {
    *("os.remove", "os.rmdir", "os.rename", "os.truncate", "os.chmod", "os.kill", "os.killpg"),
    *("shutil.rmtree", "shutil.move", "subprocess.Popen", "os.system", "os.exec", "os.fork"),
    *("os.forkpty", "os.posix_spawn", "os.spawn", "socket.connect"),
}
# Of data (Linux counts these pages), in bytes; torch alone maps a few hundred MB.
MEMORY = 4 * 2**30
# More numbers than these are not kept one by one.
LONG = 6
# Two pairs of inputs, so that a cause is not named by accident.
PROBE_SEEDS = (1, 2)


def verdict_of(
    answer: Answer, seed: int, begin: Callable[[Check], None] | None = None
) -> tuple[Verdict, ModuleType | None]:
    """Load an answer and run its checks, up to the first that fails.

    Args:
        answer: the answer.
        seed: of the checks' inputs.
        begin: called with each check before it runs.

    Returns:
        The verdict and the answer's module; None for one that could not be loaded.
    """
    exercise, metadata = answer.exercise, answer.exercise.metadata
    try:
        module = answer.load()
    except BaseException as error:  # SystemExit, too
        return Verdict(False, LOADING, "loads", format_exception(error, answer.path)), None
    verdict = defined(module, metadata.names)
    if not verdict.passed:
        return verdict, module
    try:
        reject_borrowed_code(module, answer.source, metadata)
    except Refused as refusal:
        return Verdict(False, LOADING, "refused", [str(refusal)]), None
    tier = adapter(answer.tier)
    checks = exercise.checks.CHECKS.in_order()
    if not checks:
        return Verdict(False, LOADING, "none", ["no check has run"]), None
    remarks: list[str] = []
    for check in checks:
        if begin is not None:
            begin(check)
        verdict = judge(check, module, answer.path, tier, seed)
        if not verdict.passed:
            return verdict, module
        remarks += verdict.lines
    return Verdict(True, lines=remarks), module


def behaviour(answer: Answer, module: ModuleType) -> list[Any]:
    """What can be seen of an answer from outside, as JSON's values: one for each probe and seed."""
    seen = []
    for seed in PROBE_SEEDS:
        for probe in answer.exercise.checks.probes(module, adapter(answer.tier), seed):
            try:
                with np.errstate(all="ignore"), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    value = probe()
                seen.append(condense(_plain(value)))
            except BaseException as error:  # SystemExit, too
                seen.append(f"raises {type(error).__name__}")
    return seen


def _plain(value: Any) -> Any:
    """Arrays and tuples as lists, dictionaries as lists in the order of their keys."""
    if isinstance(value, dict):
        return [_plain(value[name]) for name in sorted(value)]
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value if value is None or isinstance(value, str) else np.asarray(value).tolist()


def condense(value: Any) -> Any:
    """Many numbers as their number and three weighted sums, which tell them from others."""
    if not isinstance(value, list):
        return value
    numbers = list(_leaves(value))
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
        return [condense(part) for part in value]
    if len(numbers) <= LONG:
        return value
    weights = np.cos(np.outer((1.0, 2.0, 3.0), np.arange(1, len(numbers) + 1)))
    return [_shape(value), *(weights @ numbers).tolist()]


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for part in value:
            yield from _leaves(part)
    else:
        yield value


def _shape(value: Any) -> str:
    """That of an array, as in 3x4, or those of several."""
    shapes = [_shape(part) for part in value if isinstance(part, list)]
    if len(shapes) == len(value) and len(set(shapes)) == 1:
        return f"{len(value)}x{shapes[0]}"
    return f"({' '.join(shapes)})" if shapes else str(len(value))


def guard(folder: Path, report: Callable[[str], None]) -> None:
    """From now on, refuse to delete anything, to start programs, and to write outside a folder."""

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
            if not writes or not isinstance(path, str | bytes):
                return
            if Path(os.fsdecode(path)).resolve().is_relative_to(folder) or path == os.devnull:
                return
            event = f"writing {os.fsdecode(path)}"
        elif event not in FORBIDDEN:
            return
        report(event)
        raise PermissionError(f"{event}: an answer may not delete, start or overwrite anything")

    sys.addaudithook(refuse)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


@contextmanager
def by_timer(end: Callable[[str], None], line: str, seconds: float) -> Iterator[None]:
    """End the answer with this line if the block takes longer than these seconds."""
    timer = threading.Timer(seconds, end, [line])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class NoTorch(MetaPathFinder):
    """Refuses to import torch. (None in sys.modules does, too, but SciPy stumbles over it.)"""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        if fullname == "torch":
            raise ModuleNotFoundError("torch cannot be imported in tier 1", name=fullname)


def main() -> None:
    """Judge one answer."""
    request = Request(**json.loads(sys.stdin.readline()))
    results = open(request.results, "a", encoding="utf-8")  # noqa: SIM115 - until the end

    def send(report: Report) -> None:
        results.write(encode(report, request.token) + "\n")
        results.flush()

    answer = Answer.read(Exercise(request.exercise), Path(request.path))
    if answer.tier == "numpy":
        sys.meta_path.insert(0, NoTorch())
    else:
        import torch

        torch.set_num_threads(1)
    assert answer.exercise.checks
    _limit_memory()
    # Set, since it is otherwise found by writing and deleting a file, as torch.optim would.
    tempfile.tempdir = str(Path.cwd().resolve())
    guard(Path.cwd().resolve(), lambda event: send(Forbidden(event)))
    send(Started())
    at: list[Check] = []

    def begin(check: Check) -> None:
        at.append(check)
        send(Began(check.stage, check.name))

    def end_answer(line: str) -> None:
        send(Judged(Verdict(False, at[-1].stage, at[-1].name, [line])))
        os._exit(0)

    checking.ending_after = partial(by_timer, end_answer)
    verdict, module = verdict_of(answer, request.seed, begin)
    send(Judged(verdict))
    if not verdict.passed and verdict.stage not in (LOADING, NOT_STARTED) and module is not None:
        send(Shown(behaviour(answer, module)))
    results.close()
    os._exit(0)  # whatever threads the answer has started


if __name__ == "__main__":
    main()
