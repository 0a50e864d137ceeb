"""The commands of python -m exercises."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import tyro
from rich.table import Table

from common.options import Options, option, option_value
from common.runs.progress import print_line
from data.errors import UserError
from exercises.checker.answer import Answer
from exercises.checker.catalogue import (
    PYTHON,
    Exercise,
    all_exercises,
    find_exercise,
    in_learning_order,
)
from exercises.checker.checking import Verdict
from exercises.checker.feedback import (
    compared_code,
    shown,
    stages_of,
    stages_passed,
    verdict_lines,
)
from exercises.checker.grading import grade_folder
from exercises.checker.points import read_scheme
from exercises.checker.progress import HINT_AFTER, Progress
from exercises.checker.report import write_report
from exercises.checker.runner import check_answer
from exercises.checker.try_in_network import try_answer
from tiers import TIERS

Tier = Literal["numpy", "lowlevel", "paper"]
PositionalWords = tyro.conf.Positional[tuple[str, ...]]
PROGRAM = f"{PYTHON} -m exercises"


class NoOptions(Options):
    """None."""


class OneExercise(Options):
    """Which exercise, and in which tier."""

    exercise: PositionalWords = option(())
    """its number, such as 01"""
    tier: Tier | None = option(None)
    """numpy, lowlevel or paper; by default the first that the exercise is for"""

    def chosen(self) -> tuple[Exercise, str]:
        """The exercise that is meant, and the tier. Raises UserError."""
        if len(self.exercise) != 1:
            raise UserError(f"give one exercise by its number; `{PROGRAM} list` shows them")
        exercise = find_exercise(self.exercise[0])
        tier = self.tier or exercise.tiers[0]
        if tier not in exercise.tiers:
            tiers = " or ".join(exercise.tiers)
            raise UserError(f"--tier {tier}: exercise {exercise.number} is for {tiers}")
        return exercise, tier

    def started(self) -> Answer:
        """The reader's answer. Raises UserError where there is none yet."""
        exercise, tier = self.chosen()
        path = exercise.work(tier)
        if not path.is_file():
            remedy = call_of("start", exercise, tier)
            raise UserError(f"{shown(path)}: not started; `{remedy}` does")
        return Answer.read(exercise, path)


class CheckOptions(OneExercise):
    """What to judge."""

    file: Path | None = option(None)
    """an answer in another file"""
    json: bool = option(False)
    """print the verdict as JSON"""


class SolutionOptions(OneExercise):
    """Which solution."""

    yes: bool = option(False)
    """show it before the exercise is passed"""


class TryOptions(OneExercise):
    """What to train."""

    epochs: int = option(3, ge=1, le=100)
    """of each of the two trainings"""


class ReportOptions(Options):
    """Whose answers."""

    folder: PositionalWords = option(())
    """holds one folder for each student"""
    points: tuple[str, ...] = option(())
    """which exercises count, and for how much, such as 01=10 13=5"""


class GradeOptions(Options):
    """Whose answers, and what they are worth."""

    folder: PositionalWords = option(())
    """holds the answers of one student"""
    points: tuple[str, ...] = option(())
    """which exercises count, and for how much, such as 01=10 13=5"""
    results: Path | None = option(None)
    """a file to write for Gradescope: results.json"""


def call_of(command: str, exercise: Exercise, tier: str) -> str:
    """A command for this exercise and tier, to be typed."""
    ending = "" if tier == exercise.tiers[0] else f" --tier {tier}"
    return f"{PROGRAM} {command} {exercise.number}{ending}"


def list_exercises(_: NoOptions) -> None:
    """Show all exercises, what is done, and what comes next."""
    progress = Progress()
    table = Table(box=None, pad_edge=False)
    for title in ("", "exercise", "level", "tiers", "minutes", "done"):
        table.add_column(title, justify="right" if title == "minutes" else "left")
    waiting = []
    for exercise in in_learning_order():
        passed = [tier for tier in exercise.tiers if progress.of(exercise, tier).passed]
        if not passed:
            waiting.append(exercise)
        metadata = exercise.metadata
        tiers = " ".join(str(i + 1) for i, t in enumerate(Tier.__args__) if t in exercise.tiers)
        name = exercise.name[3:].replace("_", " ")
        minutes = str(metadata.minutes)
        table.add_row(exercise.number, name, metadata.level, tiers, minutes, " ".join(passed))
    print_line(table)
    if waiting:
        statement = shown(waiting[0].statement)
        print_line(f"next: read {statement}, then {PROGRAM} start {waiting[0].number}")
    else:
        print_line("all done")


def start(options: OneExercise) -> None:
    """Copy the starter into exercises/work/, where your answer belongs."""
    exercise, tier = options.chosen()
    path = exercise.work(tier)
    if path.exists():
        remedy = call_of("reset", exercise, tier)
        raise UserError(f"{shown(path)}: already exists; `{remedy}` starts over")
    _place_starter(exercise, tier)
    print_line(f"read  {shown(exercise.statement)}\nwrite {shown(path)}")
    print_line(f"then  {call_of('check', exercise, tier)}")


def _place_starter(exercise: Exercise, tier: str) -> None:
    path = exercise.work(tier)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(exercise.starter(tier), path)


def check(options: CheckOptions) -> None:
    """Judge one answer, or all that are started; exit code 0 passed, 1 failed, 2 bad input."""
    if not options.exercise:
        if options.file:
            raise UserError("--file: needs an exercise, too")
        started = [(e, e.work(t)) for e in all_exercises() for t in e.tiers if e.work(t).exists()]
        answers = [Answer.read(exercise, path) for exercise, path in started]
        if not answers:
            raise UserError(f"no exercise is started; `{PROGRAM} list` shows them")
    elif options.file:
        if not options.file.is_file():
            raise UserError(f"--file {options.file}: no such file")
        answers = [Answer.read(find_exercise(options.exercise[0]), options.file)]
    else:
        answers = [options.started()]
    passed = [_check_one(answer, options) for answer in answers]
    raise SystemExit(0 if all(passed) else 1)


def _check_one(answer: Answer, options: CheckOptions) -> bool:
    verdict = check_answer(answer)
    exercise, tier, path = answer.exercise, answer.tier, answer.path
    failures = 0
    if path.resolve() == exercise.work(tier):  # what lies elsewhere is another's
        done = Progress().of(exercise, tier)
        done.passed = done.passed or verdict.passed
        failures = done.failures = 0 if verdict.passed else done.failures + 1
        Progress().keep(exercise, tier, done)
    if options.json:
        about = {"exercise": exercise.name, "tier": tier, "file": str(path)}
        passed, stages = stages_passed(exercise, verdict), len(stages_of(exercise))
        about |= {"stages_passed": passed, "stages": stages}
        print_line(json.dumps(about | vars(verdict)))
    else:
        print_line("\n".join(format_verdict(answer, verdict, failures)))
    return verdict.passed


def format_verdict(answer: Answer, verdict: Verdict, failures: int) -> list[str]:
    """A verdict as the reader sees it: after a failure, twelve lines at most."""
    exercise, tier = answer.exercise, answer.tier
    lines = verdict_lines(answer, verdict)
    if verdict.passed:
        return [*lines, *_after_a_pass(answer)]
    if failures >= HINT_AFTER:
        lines.append(f"Stuck? `{call_of('hint', exercise, tier)}` has the next hint for you.")
    else:
        lines.append(f"next hint: {call_of('hint', exercise, tier)}")
    return lines


def _after_a_pass(answer: Answer) -> list[str]:
    exercise, metadata = answer.exercise, answer.exercise.metadata
    lines = ["", "To think over:", *(f"- {question}" for question in metadata.questions)]
    if hasattr(exercise.checks, "in_network"):
        lines += ["", f"To train a network with it: {call_of('try', exercise, answer.tier)}"]
    lines += ["", f"To try: {PYTHON} {metadata.experiment}"]
    for title, code in compared_code(answer):
        lines += ["", title, "", code]
    return lines


def watch(options: OneExercise) -> None:
    """Check an answer each time its file is saved, until Ctrl-C."""
    try:
        from watchfiles import watch as changes
    except ImportError:
        remedy = f'needs watchfiles: {PYTHON} -m pip install --editable ".[exercises]"'
        raise UserError(f"watch: {remedy}") from None
    answer = options.started()
    exercise, path = answer.exercise, answer.path
    print_line(f"watching {shown(path)}; Ctrl-C ends it")
    _check_one(answer, CheckOptions())
    for changed in changes(path.parent, recursive=False):
        if any(Path(name).name == path.name for _, name in changed) and path.is_file():
            print_line(f"\n{time.strftime('%H:%M:%S')}")
            _check_one(Answer.read(exercise, path), CheckOptions())


def try_out(options: TryOptions) -> None:
    """Train the tier as it is, and with your answer in its network; prints both curves."""
    answer = options.started()
    try_answer(answer, TIERS[answer.tier], options.epochs)


def hint(options: OneExercise) -> None:
    """Show the next hint: a question, the concept, the formula, the shape of the code."""
    exercise, tier = options.chosen()
    done = Progress().of(exercise, tier)
    hints = exercise.hints()
    number = min(done.hints, len(hints) - 1)
    print_line(f"hint {number + 1} of {len(hints)}: {hints[number]}")
    done.hints = number + 1
    Progress().keep(exercise, tier, done)


def solution(options: SolutionOptions) -> None:
    """Show a solution, once the exercise is passed, or with --yes."""
    exercise, tier = options.chosen()
    path = exercise.solution(tier)
    if not (options.yes or Progress().of(exercise, tier).passed):
        raise UserError(f"exercise {exercise.number}: not passed yet; --yes shows it anyway")
    if not path.is_file():
        raise UserError(f"{shown(path)}: this copy comes without solutions")
    print_line(path.read_text(encoding="utf-8").rstrip())


def reset(options: OneExercise) -> None:
    """Put the starter back, and keep your answer under another name."""
    answer = options.started()
    path, number = answer.path, 1
    while (backup := path.with_name(f"{path.name}.{number}.bak")).exists():
        number += 1
    path.rename(backup)
    _place_starter(answer.exercise, answer.tier)
    print_line(f"your answer is now {shown(backup)}; {shown(path)} is the starter again")


def report(options: ReportOptions) -> None:
    """Check a folder for each student: who passed what, and the causes by frequency."""
    if len(options.folder) != 1:
        raise UserError("report: give the folder that holds one folder for each student")
    write_report(Path(options.folder[0]), read_scheme(options.points))


def grade(options: GradeOptions) -> None:
    """Give one student points: for each exercise, by the best answer; exit code 0 for all."""
    if len(options.folder) != 1 or not options.points:
        raise UserError("grade: give a folder of answers and --points, such as 01=10 13=5")
    complete = grade_folder(Path(options.folder[0]), read_scheme(options.points), options.results)
    raise SystemExit(0 if complete else 1)


COMMANDS: dict[str, tuple[type[Options], Callable[[Any], None]]] = {
    "list": (NoOptions, list_exercises),
    "start": (OneExercise, start),
    "check": (CheckOptions, check),
    "watch": (OneExercise, watch),
    "try": (TryOptions, try_out),
    "hint": (OneExercise, hint),
    "solution": (SolutionOptions, solution),
    "reset": (OneExercise, reset),
    "report": (ReportOptions, report),
    "grade": (GradeOptions, grade),
}


def main(arguments: list[str]) -> None:
    """Run the command that the first word names.

    Raises:
        UserError: for words that mean nothing, in one line.
        SystemExit: of `check` and `grade`, with 1 where an answer fails.
    """
    name, *rest = arguments or ["list"]
    if name in ("-h", "--help"):
        functions = {name: function for name, (_, function) in COMMANDS.items()}
        tyro.extras.subcommand_cli_from_dict(functions, prog=PROGRAM, args=["--help"])
    if name not in COMMANDS:
        raise UserError(f"{option_value(name)}: must be one of {', '.join(COMMANDS)}")
    model, function = COMMANDS[name]
    function(tyro.cli(model, prog=f"{PROGRAM} {name}", args=rest, description=function.__doc__))
