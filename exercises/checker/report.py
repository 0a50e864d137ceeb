"""For the teacher: the answers of many students, judged and counted."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from common.runs.progress import print_line
from data.errors import UserError
from exercises.checker.catalogue import Exercise
from exercises.checker.feedback import stages_of
from exercises.checker.hand_ins import EXAMPLE, HandIn, best, files_in, judge_files
from exercises.checker.points import earned

REPORT, POINTS = "report.csv", "points.csv"
COLUMNS = (
    *("student", "exercise", "tier", "file", "passed", "stages passed", "stages", "failed stage"),
    *("causes", "points", "seconds", "note"),
)
MISSING = "not handed in"


class Report:
    """All that the students handed in, and who they are.

    Args:
        students: the names of all, also of those who handed in nothing.
        hand_ins: every file.
        scheme: the points for each exercise that counts; where it is empty, all that anyone
            handed in are shown, without points.
    """

    def __init__(
        self, students: list[str], hand_ins: list[HandIn], scheme: Mapping[Exercise, float]
    ) -> None:
        self.students = students
        self.hand_ins = hand_ins
        self.scheme = scheme
        handed_in = {one.answer.exercise for one in hand_ins if one.answer}
        self.exercises = sorted(scheme or handed_in, key=lambda exercise: exercise.name)

    def best(self, student: str, exercise: Exercise) -> HandIn | None:
        """A student's best answer to an exercise."""
        return best((one for one in self.hand_ins if one.student == student), exercise)

    def points(self, hand_in: HandIn | None, exercise: Exercise) -> float:
        """What an answer earns in this scheme; none earns nothing."""
        if hand_in is None or hand_in.verdict is None:
            return 0.0
        return earned(exercise, hand_in.verdict, self.scheme[exercise])

    def points_of(self, student: str) -> list[float]:
        """What a student earned in each exercise, and in all."""
        each = [self.points(self.best(student, one), one) for one in self.exercises]
        return [*each, round(sum(each), 2)]

    def not_judged(self, student: str) -> list[str]:
        """A student's files that are no answers, with the reason."""
        return [
            f"{one.path.name}: {one.note}"
            for one in self.hand_ins
            if one.student == student and one.note
        ]

    def points_row(self, student: str) -> list[str]:
        """A student's row of points.csv."""
        points = (f"{number:g}" for number in self.points_of(student))
        return [student, *points, "; ".join(self.not_judged(student))]

    def by_student(self) -> Table:
        """Who passed what, or how many stages, and the points; ? where a file was not judged."""
        table = _table("student", *(exercise.number for exercise in self.exercises))
        if self.scheme:
            table.add_column("points", justify="right")
        for student in self.students:
            cells = [_outcome(self.best(student, one), one) for one in self.exercises]
            if self.not_judged(student):
                cells = [cell.replace("-", "?") for cell in cells]
            total = [f"{self.points_of(student)[-1]:g}"] if self.scheme else []
            table.add_row(student, *(cells or ["no answer"]), *total)
        return table

    def by_exercise(self) -> Table:
        """How many students passed, failed and handed in nothing."""
        table = _table("exercise")
        for title in ("passed", "failed", "missing", *(["mean points"] if self.scheme else [])):
            table.add_column(title, justify="right")
        for exercise in self.exercises:
            answers = [self.best(student, exercise) for student in self.students]
            outcomes = [_outcome(one, exercise) for one in answers]
            passed, missing = outcomes.count("passed"), outcomes.count("-")
            cells = [str(n) for n in (passed, len(outcomes) - passed - missing, missing)]
            if self.scheme:
                mean = sum(self.points(one, exercise) for one in answers) / len(answers)
                cells.append(f"{mean:.1f} of {self.scheme[exercise]:g}")
            table.add_row(exercise.name, *cells)
        return table

    def causes(self) -> Table:
        """Why answers failed, the most frequent first."""
        table = _table()
        table.add_column("times", justify="right")
        table.add_column("exercise")
        table.add_column("cause, or the stage where none is known")
        counted = Counter(
            (one.answer.exercise.number, cause)
            for one in self.hand_ins
            if one.answer and one.verdict and not one.verdict.passed
            for cause in one.verdict.causes or [f"({one.verdict.stage})"]
        )
        for (number, cause), times in counted.most_common():
            table.add_row(str(times), number, cause)
        return table

    def rows(self, folder: Path) -> Iterator[dict[str, Any]]:
        """Those of report.csv: each file, and each exercise that a student did not hand in."""
        for one in self.hand_ins:
            file = one.path.relative_to(folder).as_posix()
            yield {"student": one.student, "file": file, "note": one.note} | self._judged(one)
        for student in self.students:
            missing = [one for one in self.exercises if self.best(student, one) is None]
            for exercise in missing:
                points = {"points": 0} if self.scheme else {}
                yield {"student": student, "exercise": exercise.name, "note": MISSING} | points
            if not missing and not any(one.student == student for one in self.hand_ins):
                yield {"student": student, "note": MISSING}

    def _judged(self, one: HandIn) -> dict[str, Any]:
        if one.answer is None or one.verdict is None:
            return {}
        exercise, verdict = one.answer.exercise, one.verdict
        return {
            "exercise": exercise.name,
            "tier": one.answer.tier,
            "passed": verdict.passed,
            "stages passed": one.rank(),
            "stages": len(stages_of(exercise)),
            "failed stage": verdict.stage,
            "causes": "; ".join(verdict.causes),
            "points": self.points(one, exercise) if exercise in self.scheme else "",
            "seconds": f"{verdict.seconds:.1f}",
        }


def write_report(folder: Path, scheme: Mapping[Exercise, float]) -> None:
    """Judge every answer, print the tables, and write FOLDER/report.csv, and points.csv.

    Each subfolder is a student's, and has a row even if nothing in it is an answer.

    Raises:
        UserError: if the folder holds no subfolders, or cannot be written to.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder")
    inside = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    students = [path for path in inside if path.is_dir()]
    if not students:
        raise UserError(f"{folder}: holds no folders of students, such as ANNA/{EXAMPLE}")
    files = [(student.name, path) for student in students for path in files_in(student)]
    loose = [
        HandIn("", path, note="lies in no student's folder")
        for path in inside
        if not path.is_dir() and path.name not in (REPORT, POINTS)
    ]
    names = [student.name for student in students]
    report = Report(names, judge_files(files) + loose, scheme)
    print_line(report.by_student())
    print_line("")
    print_line(report.by_exercise())
    if not all(one.verdict.passed for one in report.hand_ins if one.verdict):
        print_line("")
        print_line(report.causes())
    unknown = [one for one in report.hand_ins if one.note]
    if unknown:
        print_line("\nnot judged:")
        lines = (f"  {one.path.relative_to(folder)}: {one.note}" for one in unknown)
        print_line("\n".join(lines))
    rows = sorted(report.rows(folder), key=lambda row: row["student"])
    _write(folder / REPORT, COLUMNS, ([row.get(name, "") for name in COLUMNS] for row in rows))
    if scheme:
        numbers = (exercise.number for exercise in report.exercises)
        titles = ("student", *numbers, "total", "not judged")
        _write(folder / POINTS, titles, map(report.points_row, names))


def _write(path: Path, titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    try:
        # With the mark by which spreadsheets recognize UTF-8.
        with path.open("w", newline="", encoding="utf-8-sig") as file:
            csv.writer(file).writerows([titles, *rows])
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from None


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in titles:
        table.add_column(title)
    return table


def _outcome(one: HandIn | None, exercise: Exercise) -> str:
    if one is None or one.verdict is None:
        return "-"
    return "passed" if one.verdict.passed else f"{one.rank()}/{len(stages_of(exercise))}"
