"""Judges an answer in a process of its own, with limits, and names the cause of a failure."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from common.runs.options import REPOSITORY
from data.errors import UserError
from exercises.checker.answer import Answer
from exercises.checker.catalogue import PYTHON
from exercises.checker.checking import LOADING, OUTPUT_BYTES, Verdict
from exercises.checker.known import find_causes, read_knowledge
from exercises.checker.messages import Began, Forbidden, Judged, Report, Request, Shown, decode

# For Python and its libraries to load, on a machine that is busy.
START_SECONDS = 120.0
POLL_SECONDS = 0.01
TIER_FOLDERS = ("numpy", "pytorch_lowlevel", "paper")


def check_answer(answer: Answer, seed: int = 0, seconds: float | None = None) -> Verdict:
    """Judge an answer.

    Args:
        answer: the answer.
        seed: of the inputs that the checks draw.
        seconds: that it may take, if not the exercise's own.

    Raises:
        UserError: for an answer in torch, where torch is not installed.
    """
    if answer.tier != "numpy" and find_spec("torch") is None:
        name, remedy = answer.path.name, f'{PYTHON} -m pip install --editable ".[torch]"'
        raise UserError(f"{name}: is written in torch, which is not installed: {remedy}")
    began = time.perf_counter()
    with _child(answer, seed) as child:
        reports, ending = child.finish(seconds or answer.exercise.metadata.seconds)
    verdict = _verdict(reports, ending)
    for report in reports:
        if isinstance(report, Shown) and not verdict.passed:
            knowledge, torch = read_knowledge(answer.exercise), answer.tier != "numpy"
            verdict.causes = find_causes(knowledge, report.behaviour, verdict.check, torch)
    verdict.seconds = time.perf_counter() - began
    return verdict


def _verdict(reports: list[Report], ending: str) -> Verdict:
    for report in reports:
        if isinstance(report, Forbidden):
            line = f"{report.event}: an answer may not delete, start or overwrite anything"
            return Verdict(False, LOADING, "forbidden", [line])
    for report in reports:
        if isinstance(report, Judged):
            return report.verdict
    began = [report for report in reports if isinstance(report, Began)]
    if not began:
        return Verdict(False, LOADING, "loads", [f"{ending} while the file was loaded"])
    stage, check = began[-1].stage, began[-1].check
    return Verdict(False, stage, check, [f"{ending} in the check '{check.replace('_', ' ')}'"])


@dataclass(frozen=True)
class Child:
    """A running child, the file it sends its results to, and the one with what it prints."""

    process: subprocess.Popen[bytes]
    results: Path
    printed: Path
    token: str

    def finish(self, seconds: float) -> tuple[list[Report], str]:
        """Wait for its end, or its limits: its reports, and how it ended."""
        ending = _wait(self.process, self.results, self.printed, seconds)
        self.process.kill()
        self.process.wait()
        reports = []
        with suppress(OSError):
            lines = self.results.read_text(encoding="utf-8", errors="replace").splitlines()
            reports = [report for line in lines if (report := decode(line, self.token))]
        return reports, ending


@contextmanager
def _child(answer: Answer, seed: int) -> Iterator[Child]:
    """A child at work, which is ended with the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        results, printed = Path(folder, "results"), Path(folder, "printed")
        inside = Path(folder, "inside")
        inside.mkdir()
        token = secrets.token_hex(16)
        path = str(answer.path.resolve())
        request = Request(answer.exercise.name, path, seed, str(results), token)
        with printed.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-B", "-m", "exercises.checker.child"],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=inside,
                env=_environment(),
            )
        try:
            with suppress(OSError):
                assert process.stdin
                process.stdin.write((json.dumps(vars(request)) + "\n").encode())
                process.stdin.close()
            yield Child(process, results, printed, token)
        finally:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], results: Path, printed: Path, seconds: float) -> str:
    """Wait until the process ends or goes too far; in words, what came."""
    began = time.monotonic()
    started = None
    while process.poll() is None:
        now = time.monotonic()
        if started is None and results.exists() and results.stat().st_size:
            started = now
        if started is not None and now - started > seconds:
            return f"stopped after {seconds:g} s,"
        if now - began > START_SECONDS + seconds:
            return "stopped: Python and its libraries did not load in time,"
        if printed.stat().st_size > OUTPUT_BYTES:
            return f"stopped: more than {OUTPUT_BYTES:,} bytes printed,"
        time.sleep(POLL_SECONDS)
    return f"the process exited, with exit code {process.returncode},"


def _environment() -> dict[str, str]:
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    folders = [REPOSITORY, *(REPOSITORY / folder for folder in TIER_FOLDERS)]
    path = os.pathsep.join(map(str, folders))
    return os.environ | dict.fromkeys(threads, "1") | {"PYTHONPATH": path}
