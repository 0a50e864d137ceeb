"""Judges an answer in a process of its own, with limits, and looks for the cause of a failure."""

import hashlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from common.runs.options import REPOSITORY
from exercises.checker.catalogue import FOLDER, WORK, Exercise, cause_of, tier_of
from exercises.checker.checking import Verdict

# For Python and its libraries to load, on a machine that is busy.
START_SECONDS = 120.0
OUTPUT_BYTES = 1_000_000
POLL_SECONDS = 0.01
TIER_FOLDERS = ("numpy", "pytorch_lowlevel", "paper")


def check_answer(
    exercise: Exercise, path: Path, seed: int = 0, seconds: float | None = None
) -> Verdict:
    """Judge the answer in a file.

    Args:
        exercise: what it answers.
        path: its file, whose name ends in the tier (`_lowlevel`, `_paper`, else NumPy).
        seed: of the inputs that the checks draw.
        seconds: that it may take, if not the exercise's own.
    """
    began = time.perf_counter()
    with ExitStack() as stack:
        # Begun before it is known to be needed, since another core has nothing to do meanwhile.
        kinds = (False, True) if tier_of(path) != "numpy" else (False,)
        searches = [Search(exercise, torch, stack) for torch in kinds]
        child = stack.enter_context(_child(exercise, [path.resolve()], seed))
        lines, ending = child.finish(seconds or exercise.about.seconds)
        verdict = _read_verdict(lines, ending)
        seen = next((line["behaviour"] for line in lines if "behaviour" in line), None)
        if not verdict.passed and seen is not None:
            known = [mistake for search in searches for mistake in search.finish()]
            verdict.cause = find_cause(known, seen, verdict.check)
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


@dataclass(frozen=True)
class Known:
    """A known mistake.

    Attributes:
        cause: what the reader is told.
        check: the first that it fails.
        wrong: by the number of a probe, what it shows there and no right answer does.
    """

    cause: str
    check: str
    wrong: dict[int, Any]


def find_cause(known: Sequence[Known], seen: Sequence[Any], check: str) -> str | None:
    """The cause of an answer's failure, where one is found that explains it, and only one.

    A mistake explains it whose every fault the answer shows, too. The answer may have more faults:
    of several mistakes those count that fail the same check, and of these the one that explains
    more.

    Args:
        known: the mistakes.
        seen: what each probe showed of the answer.
        check: the first that the answer fails.
    """
    found = [
        mistake
        for mistake in known
        if mistake.wrong and all(same(seen[n], it) for n, it in mistake.wrong.items())
    ]
    # Where chance decides which check fails first, there may be none.
    found = [mistake for mistake in found if mistake.check == check] or found
    causes = {
        mistake.cause
        for mistake in found
        if not any(mistake.wrong.keys() < other.wrong.keys() for other in found)
    }
    return causes.pop() if len(causes) == 1 else None


def same(one: Any, other: Any) -> bool:
    """Whether two behaviours agree: numbers to a millionth or so, all else exactly."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return bool(np.isclose(one, other, rtol=1e-5, atol=1e-6, equal_nan=True))
    return one == other


def wrong_probes(seen: Sequence[Any], right: Sequence[Sequence[Any]]) -> dict[int, Any]:
    """What an answer shows and none of the right ones does, by the number of the probe."""
    return {
        number: value
        for number, value in enumerate(seen)
        if not any(same(value, other[number]) for other in right)
    }


class Search:
    """How the known mistakes show: read where it is kept, or found out while other work is done.

    It is kept until a file of the exercise changes.

    Args:
        exercise: whose mistakes.
        torch: whether those written in torch, or those in NumPy.
        stack: ends what still runs.
    """

    def __init__(self, exercise: Exercise, torch: bool, stack: ExitStack) -> None:
        self.right, self.wrong = (
            [path for path in paths if (tier_of(path) != "numpy") == torch]
            for paths in (exercise.neighbours(), exercise.mistakes())
        )
        paths = [*self.right, *self.wrong] if self.wrong else []
        machinery = sorted((FOLDER / "checker").glob("*.py"))
        sources = [*paths, *sorted(exercise.folder.glob("*.py")), *machinery]
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
        self.kept = WORK / ".known" / f"{exercise.name}-{digest}.json"
        self.seconds = 10 * exercise.about.seconds
        self.shown: dict[str, Any] = {}
        with suppress(OSError, ValueError):
            self.shown = json.loads(self.kept.read_text(encoding="utf-8"))
        # In halves, where torch does not take longer to load than that would save.
        shares = [paths] if torch else [paths[::2], paths[1::2]]
        self.children = [
            stack.enter_context(_child(exercise, share, 0, known=True))
            for share in shares
            if share and not self.shown
        ]

    def finish(self) -> list[Known]:
        """The known mistakes, when all are there that can be had in time."""
        if any(child.process.poll() is None for child in self.children):
            said = "comparing with the known mistakes, which takes a while this once"
            print(said, file=sys.stderr)
        for child in self.children:
            lines, _ = child.finish(self.seconds)
            self.shown |= {line["known"]: line for line in lines if "known" in line}
        # One that was cut short by a time limit is not kept: the next may not be.
        if self.children and len(self.shown) == len(self.right) + len(self.wrong):
            with suppress(OSError):  # where nothing can be kept it is found out again
                self.kept.parent.mkdir(parents=True, exist_ok=True)
                self.kept.write_text(json.dumps(self.shown), encoding="utf-8")
        shown = {path: self.shown.get(str(path)) for path in [*self.right, *self.wrong]}
        right = [found["behaviour"] for path in self.right if (found := shown[path])]
        return [
            Known(cause_of(path), found["check"], wrong_probes(found["behaviour"], right))
            for path in self.wrong
            if (found := shown[path])
        ]


@dataclass(frozen=True)
class Child:
    """A running child, the file it sends its results to, and the one with what it prints."""

    process: subprocess.Popen[bytes]
    results: Path
    printed: Path
    token: str

    def finish(self, seconds: float) -> tuple[list[dict[str, Any]], str]:
        """Wait for its end, or its limits: the lines it sent, and how it ended."""
        ending = _wait(self.process, self.results, self.printed, seconds)
        self.process.kill()
        self.process.wait()
        return _read_lines(self.results, self.token), ending


@contextmanager
def _child(
    exercise: Exercise, paths: Sequence[Path], seed: int, known: bool = False
) -> Iterator[Child]:
    """A child at work, which is ended with the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        results, printed = Path(folder, "results"), Path(folder, "printed")
        inside = Path(folder, "inside")
        inside.mkdir()
        token = secrets.token_hex(16)
        request = {
            "exercise": exercise.name,
            "paths": [str(path) for path in paths],
            "seed": seed,
            "known": known,
            "results": str(results),
            "token": token,
        }
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
                process.stdin.write((json.dumps(request) + "\n").encode())
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
