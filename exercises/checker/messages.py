"""What the process that judges an answer is asked, and what it reports, as lines of JSON.

Each line bears a token that the answer does not know, so that nothing it prints or writes is taken
for a report.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from exercises.checker.checking import Verdict


@dataclass(frozen=True)
class Request:
    """What to judge.

    Attributes:
        exercise: its name.
        path: the answer's file.
        seed: of the checks' inputs.
        results: the file to write the reports into.
        token: that each of them bears.
    """

    exercise: str
    path: str
    seed: int
    results: str
    token: str


@dataclass(frozen=True)
class Started:
    """Python and its libraries are loaded; the answer comes next."""


@dataclass(frozen=True)
class Began:
    """A check begins."""

    stage: str
    check: str


@dataclass(frozen=True)
class Forbidden:
    """The answer tried to do what no answer may; the event as Python's audit hooks name it."""

    event: str


@dataclass(frozen=True)
class Judged:
    """All checks have run, up to the first that failed."""

    verdict: Verdict


@dataclass(frozen=True)
class Shown:
    """What each probe showed of an answer that failed."""

    behaviour: list[Any]


Report = Started | Began | Forbidden | Judged | Shown
KINDS: dict[str, Any] = {kind.__name__: kind for kind in (Started, Began, Forbidden, Judged, Shown)}


def encode(report: Report, token: str) -> str:
    """A report as one line."""
    return json.dumps({"token": token, "kind": type(report).__name__, "report": asdict(report)})


def decode(line: str, token: str) -> Report | None:
    """The report in a line, where it bears the token."""
    with suppress(ValueError, KeyError, TypeError):
        read = json.loads(line)
        if read["token"] == token:
            report = KINDS[read["kind"]](**read["report"])
            return Judged(Verdict(**report.verdict)) if isinstance(report, Judged) else report
    return None
