"""What an answer is worth: each stage that it passes has the same share of the exercise's points.

Loading and being written at all earn nothing: the starter does both, or fails at the second.
"""

from collections.abc import Sequence

from data.errors import UserError
from exercises.checker.catalogue import Exercise, find_exercise
from exercises.checker.checking import LOADING, NOT_STARTED, Verdict
from exercises.checker.feedback import stages_of, stages_passed

MAX_POINTS = 1000.0


def read_scheme(words: Sequence[str]) -> dict[Exercise, float]:
    """The points for each exercise that counts, from words such as 01=10.

    Raises:
        UserError: for a word that is none, an unknown exercise, and one that is named twice.
    """
    scheme: dict[Exercise, float] = {}
    for word in words:
        number, _, text = word.partition("=")
        try:
            points = float(text)
        except ValueError:
            points = 0.0
        if not 0 < points <= MAX_POINTS:
            limits = f"an exercise and its points, above 0 and at most {MAX_POINTS:g}"
            raise UserError(f"--points {word}: must be {limits}, such as 01=10")
        exercise = find_exercise(number)
        if exercise in scheme:
            raise UserError(f"--points {word}: exercise {exercise.number} has points already")
        scheme[exercise] = points
    return scheme


def stage_points(exercise: Exercise, points: float) -> dict[str, float]:
    """What each stage is worth, to a hundredth; together they are the exercise's points."""
    stages = stages_of(exercise)
    earning = [stage for stage in stages if stage not in (LOADING, NOT_STARTED)]
    shares = dict.fromkeys(stages, 0.0)
    given = 0.0
    for count, stage in enumerate(earning, 1):
        until = round(points * count / len(earning), 2)
        shares[stage] = round(until - given, 2)
        given = until
    return shares


def earned(exercise: Exercise, verdict: Verdict, points: float) -> float:
    """The points of an answer with this verdict."""
    shares = stage_points(exercise, points).values()
    return round(sum(list(shares)[: stages_passed(exercise, verdict)]), 2)
