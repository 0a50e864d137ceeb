"""Judges an answer where Python itself runs in the browser: in a worker, without processes.

The worker calls `judge`. What happens meanwhile goes out as messages, so that whoever started the
worker can end it, where an answer takes too long or prints without end, and still say why.
"""

import io
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from exercises.checker import checking
from exercises.checker.answer import Answer
from exercises.checker.catalogue import find_exercise
from exercises.checker.checking import LOADING, NOT_STARTED, OUTPUT_BYTES, Check, Verdict
from exercises.checker.child import NoTorch, behaviour, verdict_of
from exercises.checker.feedback import compared_code, stages_of, verdict_lines
from exercises.checker.known import find_causes, read_knowledge

SHOWN_LINES = 2_000
# In the verdict of an answer that is ended: how it ended, which only who ends it knows.
ENDING = "{ending}"
Send = Callable[[dict[str, Any]], None]


class Printed(io.TextIOBase):
    """What an answer prints, sent on line by line: the first lines, and when it is too much."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._line = ""
        self._lines = self._bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        before = self._bytes
        self._bytes += len(text.encode(errors="replace"))
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            self._print(line)
        if before <= OUTPUT_BYTES < self._bytes:
            ending = f"stopped: more than {OUTPUT_BYTES:,} bytes printed,"
            self._send({"kind": "end", "ending": ending})
        return len(text)

    def finish(self) -> None:
        """Send what stands in the last line, without its end."""
        if self._line:
            self._print(self._line)

    def _print(self, line: str) -> None:
        self._lines += 1
        if self._lines <= SHOWN_LINES:
            self._send({"kind": "printed", "line": line})
        elif self._lines == SHOWN_LINES + 1:
            self._send({"kind": "printed", "line": f"(only {SHOWN_LINES:,} lines are shown)"})


def judge(name: str, source: str, folder: Path, send: Send) -> None:
    """Judge an answer to an exercise in tier 1.

    Args:
        name: of the exercise.
        source: of the answer.
        folder: that can be written to; tracebacks read the answer's lines there.
        send: takes each message: {"kind": "began", "seconds", "result"} before the answer and
            before each check, with what is the result if the answer is ended there; {"kind":
            "limit", "line", "seconds"} and {"kind": "unlimited"} around a call with a limit of its
            own; {"kind": "printed", "line"}; {"kind": "end", "ending"} where it must be ended; and
            at last {"kind": "judged", "result"}.
    """
    exercise = find_exercise(name)
    path = folder / f"{exercise.name}_numpy.py"
    path.write_text(source, encoding="utf-8")
    answer = Answer.read(exercise, path)
    sys.meta_path.insert(0, NoTorch())
    seconds = exercise.metadata.seconds
    started = time.perf_counter()

    def begin(stage: str, check: str, where: str) -> None:
        ended = Verdict(False, stage, check, [f"{ENDING} {where}"])
        send({"kind": "began", "seconds": seconds, "result": result(answer, ended)})

    def begin_check(check: Check) -> None:
        begin(check.stage, check.name, f"in the check '{check.name.replace('_', ' ')}'")

    @contextmanager
    def ending_after(line: str, seconds: float) -> Iterator[None]:
        send({"kind": "limit", "line": line, "seconds": seconds})
        yield
        send({"kind": "unlimited"})

    checking.ending_after = ending_after
    printed = Printed(send)
    with redirect_stdout(printed), redirect_stderr(printed):
        begin(LOADING, "loads", "while the file was loaded")
        verdict, module = verdict_of(answer, 0, begin_check)
        if not verdict.passed and verdict.stage not in (LOADING, NOT_STARTED) and module:
            seen = behaviour(answer, module)
            knowledge = read_knowledge(exercise)
            verdict.causes = find_causes(knowledge, seen, verdict.check, torch=False)
    printed.finish()
    verdict.seconds = time.perf_counter() - started
    send({"kind": "judged", "result": result(answer, verdict)})


def result(answer: Answer, verdict: Verdict) -> dict[str, Any]:
    """A verdict with its words, as the page shows it."""
    metadata = answer.exercise.metadata
    return {
        "passed": verdict.passed,
        "text": verdict_lines(answer, verdict),
        "verdict": vars(verdict),
        "stages": stages_of(answer.exercise),
        "line": _own_line(verdict),
        "questions": list(metadata.questions) if verdict.passed else [],
        "experiment": metadata.experiment if verdict.passed else None,
        "code": compared_code(answer) if verdict.passed else [],
    }


def _own_line(verdict: Verdict) -> int | None:
    """The line of the answer that the verdict names."""
    for line in verdict.lines:
        word, _, rest = line.partition(" ")
        number = rest.partition(":")[0]
        if word == "line" and number.isdigit():
            return int(number)
    return None


def judge_json(name: str, source: str, folder: str, send: Callable[[str], None]) -> None:
    """`judge`, for a caller that takes text."""
    judge(name, source, Path(folder), lambda message: send(json.dumps(message)))
