"""Judges an answer in a process of its own, with limits, and looks for the cause of a failure."""

import hashlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from common.keeping.options import REPOSITORY
from exercises.catalogue import FOLDER, WORK, Exercise, cause_of, tier_of
from exercises.checking import Verdict

# Of wall clock, from the moment the answer is loaded; a right answer needs less than one.
SECONDS = 20.0
# For Python and its libraries to load, on a machine that is busy.
START_SECONDS = 120.0
OUTPUT_BYTES = 1_000_000
POLL_SECONDS = 0.01
TIER_FOLDERS = ("numpy", "pytorch_lowlevel", "paper")


def check_answer(
    exercise: Exercise, path: Path, seed: int = 0, seconds: float = SECONDS
) -> Verdict:
    """Judge the answer in a file.

    Args:
        exercise: what it answers.
        path: its file, whose name ends in the tier (`_lowlevel`, `_paper`, else NumPy).
        seed: of the inputs that the checks draw.
        seconds: that it may take.
    """
    began = time.perf_counter()
    lines, ending = _run(exercise, [path.resolve()], seed, seconds)
    verdict = _read_verdict(lines, ending)
    seen = next((line["behaviour"] for line in lines if "behaviour" in line), None)
    if not verdict.passed and seen is not None:
        verdict.cause = find_cause(exercise, seen, tier_of(path) != "numpy")
    verdict.seconds = time.perf_counter() - began
    return verdict


def _read_verdict(lines: list[dict[str, Any]], ending: str) -> Verdict:
    for line in lines:
        if "forbidden" in line:
            said = f"{line['forbidden']}: an answer may not delete, start or overwrite anything"
            return Verdict(False, "written", "forbidden", [said])
    for line in lines:
        if "verdict" in line:
            return Verdict(**line["verdict"])
    stage, check = "written", "loads"
    for line in lines:
        stage, check = line.get("stage", stage), line.get("check", check)
    where = "while the file was loaded" if check == "loads" else f"in the check '{check}'"
    return Verdict(False, stage, check, [f"{ending} {where}".replace("_", " ")])


def find_cause(exercise: Exercise, seen: list[Any], with_torch: bool) -> str | None:
    """The cause of the known mistakes that behave as was seen; None without one, or with several.

    Two mistakes may have the same cause: two ways to write it.
    """
    known = known_behaviour(exercise, with_torch)
    causes = {cause_of(p) for p in exercise.mistakes() if same(known.get(p.name), seen)}
    return causes.pop() if len(causes) == 1 else None


def same(one: Any, other: Any) -> bool:
    """Whether two behaviours agree: numbers to a millionth or so, all else exactly."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return bool(np.isclose(one, other, rtol=1e-5, atol=1e-6, equal_nan=True))
    return one == other


def known_behaviour(exercise: Exercise, with_torch: bool) -> dict[str, list[Any]]:
    """The behaviour of each known mistake by its file's name; kept until one of them changes.

    Args:
        exercise: whose mistakes.
        with_torch: those written in torch, too, which takes seconds the first time.
    """
    known = _known(exercise, [p for p in exercise.mistakes() if tier_of(p) == "numpy"])
    if with_torch:
        known |= _known(exercise, [p for p in exercise.mistakes() if tier_of(p) != "numpy"])
    return known


def _known(exercise: Exercise, paths: Sequence[Path]) -> dict[str, list[Any]]:
    if not paths:
        return {}
    sources = [*paths, Path(str(exercise.checks.__file__)), *sorted(FOLDER.glob("*.py"))]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    kept = WORK / ".known" / f"{exercise.name}-{digest}.json"
    with suppress(OSError, ValueError):
        return json.loads(kept.read_text(encoding="utf-8"))
    lines, _ = _run(exercise, paths, 0, 10 * SECONDS, mistakes=True)
    known = {line["mistake"]: line["behaviour"] for line in lines if "mistake" in line}
    with suppress(OSError):  # where nothing can be kept it is found out again
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(known), encoding="utf-8")
    return known


def _run(
    exercise: Exercise, paths: Sequence[Path], seed: int, seconds: float, mistakes: bool = False
) -> tuple[list[dict[str, Any]], str]:
    """Run a child to its end, or to its limits: the lines it sent, and how it ended."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        results, printed = Path(folder, "results"), Path(folder, "printed")
        inside = Path(folder, "inside")
        inside.mkdir()
        token = secrets.token_hex(16)
        request = {
            "exercise": exercise.name,
            "paths": [str(path) for path in paths],
            "seed": seed,
            "mistakes": mistakes,
            "results": str(results),
            "token": token,
        }
        with printed.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-B", "-m", "exercises.child"],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=inside,
                env=_environment(),
            )
        try:
            with suppress(OSError):
                assert process.stdin
                process.stdin.write((json.dumps(request) + "\n").encode())
                process.stdin.close()
            ending = _wait(process, results, printed, seconds)
        finally:
            process.kill()
            process.wait()
        return _read_lines(results, token), ending


def _wait(process: subprocess.Popen[bytes], results: Path, printed: Path, seconds: float) -> str:
    """Wait until the process ends or goes too far; in words, what came."""
    began = time.monotonic()
    started = None
    while process.poll() is None:
        now = time.monotonic()
        if started is None and results.exists() and results.stat().st_size:
            started = now
        if started is not None and now - started > seconds:
            return f"no end after {seconds:g} seconds"
        if now - began > START_SECONDS + seconds:
            return "Python and its libraries did not load in time"
        if printed.stat().st_size > OUTPUT_BYTES:
            return f"more than {OUTPUT_BYTES:,} bytes printed"
        time.sleep(POLL_SECONDS)
    return f"the process ended by itself, with exit code {process.returncode},"


def _read_lines(results: Path, token: str) -> list[dict[str, Any]]:
    """The lines that bear the token."""
    lines = []
    with suppress(OSError):
        for text in results.read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError):
                line = json.loads(text)
                if isinstance(line, dict) and line.get("token") == token:
                    lines.append(line)
    return lines


def _environment() -> dict[str, str]:
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    folders = [REPOSITORY, *(REPOSITORY / folder for folder in TIER_FOLDERS)]
    path = os.pathsep.join(map(str, folders))
    return os.environ | dict.fromkeys(threads, "1") | {"PYTHONPATH": path}
