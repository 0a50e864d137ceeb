"""For the teacher: the answers of many students, judged and counted."""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from common.runs.progress import print_line
from data.errors import UserError
from exercises.checker.answer import COPY, Answer
from exercises.checker.catalogue import TIERS, all_exercises
from exercises.checker.checking import Verdict
from exercises.checker.runner import check_answer

COLUMNS = ("student", "exercise", "tier", "passed", "stage", "cause", "seconds")
EXAMPLE = "ANNA/01_add_dropout_numpy.py"


@dataclass(frozen=True)
class Judged:
    """One student's answer."""

    student: str
    answer: Answer
    verdict: Verdict


def recognized(path: Path) -> Answer | None:
    """A student's answer, if its file is named as in exercises/work/."""
    stem = COPY.sub("", path.stem)
    for exercise in all_exercises() if path.suffix == ".py" else ():
        for tier in exercise.tiers:
            if stem == f"{exercise.name}_{tier}" or (stem == exercise.name and tier == TIERS[0]):
                return Answer.read(exercise, path)
    return None


def files_in(folder: Path) -> list[Path]:
    """What a student handed in: all files but hidden ones, and what Python itself wrote."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(
            part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts
        )
    ]


def write_report(folder: Path) -> None:
    """Judge every answer, print two tables, and write all verdicts into FOLDER/report.csv.

    Each subfolder is a student's, and has a row even if nothing in it is an answer.

    Raises:
        UserError: if the folder holds no subfolders, or cannot be written to.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder")
    students = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    if not students:
        raise UserError(f"{folder}: holds no folders of students, such as {EXAMPLE}")
    answers: list[Judged] = []
    unknown: list[Path] = []
    for student in students:
        for path in files_in(student):
            if answer := recognized(path):
                answers.append(Judged(student.name, answer, check_answer(answer)))
            else:
                unknown.append(path.relative_to(folder))
    print_line(_who_passed_what([student.name for student in students], answers))
    if not all(judged.verdict.passed for judged in answers):
        print_line("")
        print_line(_causes(answers))
    if unknown:
        print_line(f"\nnot judged, since the name says no exercise and tier (as {EXAMPLE} does):")
        print_line("\n".join(f"  {path}" for path in unknown))
    try:
        with (folder / "report.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for judged in answers:
                answer, verdict = judged.answer, judged.verdict
                tail = (verdict.stage, "; ".join(verdict.causes), f"{verdict.seconds:.1f}")
                about = (judged.student, answer.exercise.name, answer.tier)
                writer.writerow((*about, verdict.passed, *tail))
            for student in students:
                if not any(judged.student == student.name for judged in answers):
                    writer.writerow((student.name, *[""] * (len(COLUMNS) - 1)))
    except OSError as error:
        raise UserError(f"{folder}/report.csv: cannot be written ({error.strerror})") from None


def _who_passed_what(students: list[str], answers: list[Judged]) -> Table:
    numbers = sorted({judged.answer.exercise.number for judged in answers})
    table = Table(box=None, pad_edge=False)
    for title in ("student", *numbers):
        table.add_column(title)
    for student in students:
        mine: dict[str, bool] = {}
        for judged in answers:
            if judged.student == student:
                number = judged.answer.exercise.number
                mine[number] = mine.get(number, False) or judged.verdict.passed
        cells = {True: "passed", False: "failed", None: "-"}
        row = [cells[mine.get(number)] for number in numbers] or ["no answer"]
        table.add_row(student, *row)
    return table


def _causes(answers: list[Judged]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("times", justify="right")
    table.add_column("exercise")
    table.add_column("cause, or the stage where none is known")
    counted = Counter(
        (judged.answer.exercise.number, cause)
        for judged in answers
        if not judged.verdict.passed
        for cause in judged.verdict.causes or [f"({judged.verdict.stage})"]
    )
    for (number, cause), times in counted.most_common():
        table.add_row(str(times), number, cause)
    return table
