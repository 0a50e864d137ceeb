"""For the teacher: the answers of many students, judged and counted."""

import csv
from collections import Counter
from pathlib import Path

from rich.table import Table

from common.runs.progress import say
from data.errors import UserError
from exercises.checker.answer import Answer
from exercises.checker.catalogue import Exercise, all_exercises
from exercises.checker.checking import Verdict
from exercises.checker.runner import check_answer

COLUMNS = ("student", "exercise", "tier", "passed", "stage", "cause", "seconds")


def answers_in(folder: Path) -> list[Answer]:
    """A student's answers: the files named as in exercises/work/, anywhere in the folder."""
    return [
        Answer.read(exercise, path)
        for exercise in all_exercises()
        for path in sorted(folder.rglob(f"{exercise.name}*.py"))
    ]


def write_report(folder: Path) -> None:
    """Judge every answer, print two tables, and write all verdicts into FOLDER/report.csv.

    Raises:
        UserError: if the folder holds no answers, or cannot be written to.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder")
    students = sorted(path for path in folder.iterdir() if path.is_dir())
    rows: list[tuple[str, Exercise, str, Verdict]] = []
    for student in students:
        for answer in answers_in(student):
            rows.append((student.name, answer.exercise, answer.tier, check_answer(answer)))
    if not rows:
        example = "ANNA/01_add_dropout_numpy.py"
        raise UserError(f"{folder}: holds no answers; they are named as in {example}")
    say(_who_passed_what(rows))
    if not all(verdict.passed for *_, verdict in rows):
        say("")
        say(_causes(rows))
    try:
        with (folder / "report.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for student, exercise, tier, verdict in rows:
                tail = (verdict.stage, verdict.cause or "", f"{verdict.seconds:.1f}")
                writer.writerow((student, exercise.name, tier, verdict.passed, *tail))
    except OSError as error:
        raise UserError(f"{folder}/report.csv: cannot be written ({error.strerror})") from None


def _who_passed_what(rows: list[tuple[str, Exercise, str, Verdict]]) -> Table:
    numbers = sorted({exercise.number for _, exercise, _, _ in rows})
    table = Table(box=None, pad_edge=False)
    for title in ("student", *numbers):
        table.add_column(title)
    for student in sorted({row[0] for row in rows}):
        mine = {}
        for name, exercise, _, verdict in rows:
            if name == student:
                mine[exercise.number] = mine.get(exercise.number, False) or verdict.passed
        cells = {True: "passed", False: "failed", None: "-"}
        table.add_row(student, *(cells[mine.get(number)] for number in numbers))
    return table


def _causes(rows: list[tuple[str, Exercise, str, Verdict]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("times", justify="right")
    table.add_column("exercise")
    table.add_column("cause, or the stage where none is known")
    counted = Counter(
        (exercise.number, verdict.cause or f"({verdict.stage})")
        for _, exercise, _, verdict in rows
        if not verdict.passed
    )
    for (number, cause), times in counted.most_common():
        table.add_row(str(times), number, cause)
    return table
