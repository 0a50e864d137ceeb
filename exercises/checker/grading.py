"""Points for one student, and the file that Gradescope reads them from."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from common.runs.progress import print_line
from data.errors import UserError
from exercises.checker.catalogue import Exercise
from exercises.checker.feedback import stages_passed, verdict_lines
from exercises.checker.hand_ins import EXAMPLE, HandIn, best, files_in, judge_files
from exercises.checker.points import earned, stage_points


def grade_folder(folder: Path, scheme: Mapping[Exercise, float], results: Path | None) -> bool:
    """Judge one student's answers, print what they earn, and write it for Gradescope.

    Args:
        folder: with the answers.
        scheme: the points for each exercise.
        results: the file for Gradescope.

    Returns:
        Whether every exercise is passed.

    Raises:
        UserError: where the folder is none, or the file cannot be written.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder")
    hand_ins = judge_files(("", path) for path in files_in(folder))
    answers = {exercise: best(hand_ins, exercise) for exercise in scheme}
    others = [f"{one.path.relative_to(folder)}: {one.note}" for one in hand_ins if one.note]
    for exercise, points in scheme.items():
        print_line("\n".join(_lines(exercise, answers[exercise])))
        print_line(f"points: {_earned(exercise, answers[exercise], points):g} of {points:g}\n")
    total = round(sum(_earned(one, answers[one], points) for one, points in scheme.items()), 2)
    print_line("\n".join([f"total: {total:g} of {sum(scheme.values()):g}", *others]))
    if results:
        tests = [test for e, points in scheme.items() for test in _tests(e, answers[e], points)]
        told = {"score": total, "output": "\n".join(others), "visibility": "visible"}
        text = json.dumps(told | {"tests": tests}, indent=2, ensure_ascii=False)
        try:
            results.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise UserError(f"{results}: cannot be written ({error.strerror})") from None
    return all(one and one.verdict and one.verdict.passed for one in answers.values())


def _earned(exercise: Exercise, one: HandIn | None, points: float) -> float:
    return earned(exercise, one.verdict, points) if one and one.verdict else 0.0


def _lines(exercise: Exercise, one: HandIn | None) -> list[str]:
    if one is None or one.answer is None or one.verdict is None:
        return [f"{exercise.name}: not handed in; name it as in {EXAMPLE}"]
    return verdict_lines(one.answer, one.verdict)


def _tests(exercise: Exercise, one: HandIn | None, points: float) -> list[dict[str, Any]]:
    """One test for each stage; the message stands at the stage that failed."""
    passed = stages_passed(exercise, one.verdict) if one and one.verdict else 0
    tests = []
    for number, (stage, share) in enumerate(stage_points(exercise, points).items()):
        message = _lines(exercise, one) if number == passed else []
        tests.append(
            {
                "name": f"{exercise.name}: {stage}",
                "status": "passed" if number < passed else "failed",
                "score": share if number < passed else 0.0,
                "max_score": share,
                "output": "\n".join(message) if number <= passed else "not reached",
            }
        )
    return tests
