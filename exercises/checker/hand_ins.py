"""What students hand in: which files are answers, and what became of each."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from data.errors import UserError
from exercises.checker.answer import COPY, Answer
from exercises.checker.catalogue import TIERS, Exercise, all_exercises
from exercises.checker.checking import Verdict
from exercises.checker.feedback import stages_passed
from exercises.checker.runner import check_answer

EXAMPLE = "01_add_dropout_numpy.py"
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".xz")


@dataclass(frozen=True)
class HandIn:
    """A file that a student handed in.

    Attributes:
        student: whose it is.
        path: where it lies.
        answer: what it is an answer to, if it is one.
        verdict: on the answer.
        note: why there is no verdict.
    """

    student: str
    path: Path
    answer: Answer | None = None
    verdict: Verdict | None = None
    note: str = ""

    def rank(self) -> int:
        """More for a better answer to the same exercise."""
        assert self.answer and self.verdict
        return stages_passed(self.answer.exercise, self.verdict)


def recognized(path: Path) -> Answer | None:
    """A student's answer, if its file is named as in exercises/work/. Raises UserError."""
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
        if not path.is_dir()  # a broken link is something, too
        and not any(
            part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts
        )
    ]


def judge_files(files: Iterable[tuple[str, Path]]) -> list[HandIn]:
    """Judge each student's file, on all cores; one that cannot be judged says why."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # each waits for the answer's own process
        return list(pool.map(lambda pair: judge_file(*pair), files))


def judge_file(student: str, path: Path) -> HandIn:
    """Judge one file."""
    try:
        answer = recognized(path)
        if answer is not None:
            return HandIn(student, path, answer, check_answer(answer))
    except UserError as error:
        note = str(error).removeprefix(f"{path}: ").removeprefix(f"{path.name}: ")
        return HandIn(student, path, note=note)
    if path.suffix.lower() in ARCHIVES:
        return HandIn(student, path, note="an archive: unpack it")
    if path.suffix != ".py":
        return HandIn(student, path, note="not a .py file")
    return HandIn(student, path, note=f"its name says no exercise and tier, as {EXAMPLE} does")


def best(hand_ins: Iterable[HandIn], exercise: Exercise) -> HandIn | None:
    """Of several answers to an exercise, the one that comes furthest."""
    answers = [one for one in hand_ins if one.answer and one.answer.exercise == exercise]
    return max(answers, key=HandIn.rank, default=None)
