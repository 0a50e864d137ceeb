"""What each known mistake shows, computed beforehand: python -m exercises.checker.known

It stands in `known.json` of the exercise's folder, so that a cause is found without running the
mistakes, and without having them: solutions, alternatives and mistakes may be taken away. A row is
the first check that a mistake fails, and what it shows at the probes where no right answer does;
beside the mistakes stands what the right answers show.
"""

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from exercises.checker.catalogue import Exercise, all_exercises, find_exercise
from exercises.checker.child import behaviour, verdict_of
from exercises.checker.variants import Mistake, read_mistakes, read_right_answers

NAME = "known.json"
# So many causes of one failure are named at most: of more, some describe parts of another.
MOST = 2


@dataclass(frozen=True)
class KnownMistake:
    """A known mistake.

    Attributes:
        cause: what the reader reads.
        torch: whether it is written in torch, or in NumPy.
        check: the first that it fails.
        wrong: by the number of a probe, what it shows there and no right answer does.
    """

    cause: str
    torch: bool
    check: str
    wrong: dict[int, Any]


@dataclass(frozen=True)
class Knowledge:
    """What is known of an exercise's answers.

    Attributes:
        right: by the number of a probe, the different things that right answers show there.
        mistakes: the known mistakes.
    """

    right: Sequence[Sequence[Any]] = ()
    mistakes: Sequence[KnownMistake] = ()


@cache
def read_knowledge(exercise: Exercise) -> Knowledge:
    """What was computed of an exercise; nothing where there is no file."""
    try:
        read = json.loads((exercise.folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Knowledge()
    mistakes = [
        KnownMistake(
            row["cause"],
            row.get("torch", False),
            row["check"],
            {int(number): value for number, value in row["wrong"].items()},
        )
        for row in read["mistakes"]
    ]
    return Knowledge(read["right"], mistakes)


def find_causes(knowledge: Knowledge, seen: Sequence[Any], check: str, torch: bool) -> list[str]:
    """The causes of an answer's failure: none where they are not found, or not without doubt.

    A mistake explains it that fails the same check first, and whose every fault the answer shows,
    too. What else is wrong with the answer has to be explained by known mistakes as well, as far as
    a mistake that fails this check can show there: a cause that explains less than the whole
    failure would be a guess. Of several, those count that explain more; where more than one is
    left, each must explain faults that no other does, as of two gates that are both wrong.

    Args:
        knowledge: what is known of the exercise.
        seen: what each probe showed of the answer.
        check: the first that the answer fails.
        torch: whether it is written in torch. One in NumPy cannot make the mistakes of torch.
    """
    faults = {
        number
        for number, (value, right) in enumerate(zip(seen, knowledge.right, strict=True))
        if not any(same(value, other) for other in right)
    }
    made = [
        mistake
        for mistake in knowledge.mistakes
        if (torch or not mistake.torch)
        and mistake.wrong
        and all(same(seen[number], value) for number, value in mistake.wrong.items())
    ]
    alike = [mistake for mistake in knowledge.mistakes if mistake.check == check]
    related = {number for mistake in alike for number in mistake.wrong}
    if not faults & related <= {number for mistake in made for number in mistake.wrong}:
        return []
    found = [mistake for mistake in made if mistake.check == check]
    causes: dict[str, set[int]] = {}
    for mistake in found:
        if not any(mistake.wrong.keys() < other.wrong.keys() for other in found):
            causes.setdefault(mistake.cause, set()).update(mistake.wrong)
    apart = sum(map(len, causes.values())) == len(set().union(*causes.values()))
    return list(causes) if apart and len(causes) <= MOST else []


def same(one: Any, other: Any) -> bool:
    """Whether two behaviours agree: numbers to a millionth or so, all else exactly."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        close = math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-6)
        return close or (math.isnan(one) and math.isnan(other))
    return one == other


def compute(exercise: Exercise, every: int = 1) -> Knowledge:
    """Run the known answers, and compare what the wrong ones show with what the right ones do.

    Args:
        exercise: whose answers.
        every: to run only each second, third, ... of the right and of the wrong ones.
    """
    right: dict[bool, list[list[Any]]] = {False: [], True: []}
    for _, answer in read_right_answers(exercise)[::every]:
        right[answer.tier != "numpy"].append(behaviour(answer, answer.load()))
    different: list[list[Any]] = []
    for values in zip(*right[False], *right[True], strict=True):
        different.append([])
        for value in values:
            if not any(same(value, other) for other in different[-1]):
                different[-1].append(_rounded(value))
    mistakes = read_mistakes(exercise)[::every]
    return Knowledge(different, [_known(mistake, right) for mistake in mistakes])


def _known(mistake: Mistake, right: dict[bool, list[list[Any]]]) -> KnownMistake:
    torch = mistake.answer.tier != "numpy"
    verdict, module = verdict_of(mistake.answer, 0)
    seen = behaviour(mistake.answer, module or mistake.answer.load())
    wrong = {
        number: _rounded(value)
        for number, value in enumerate(seen)
        if not any(same(value, other[number]) for other in right[torch])
    }
    return KnownMistake(mistake.cause, torch, verdict.check, wrong)


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def write(exercise: Exercise) -> str:
    """Compute an exercise's file, and say how much is in it."""
    from common.runs.environment import limited_threads  # not where causes are only looked up

    with limited_threads(1):
        knowledge = compute(exercise)
    rows = []
    for mistake in knowledge.mistakes:
        row = {"cause": mistake.cause} | ({"torch": True} if mistake.torch else {})
        rows.append(row | {"check": mistake.check, "wrong": mistake.wrong})
    parts = (
        f'"{name}": [\n' + ",\n".join(json.dumps(row, ensure_ascii=False) for row in part) + "\n]"
        for name, part in (("right", knowledge.right), ("mistakes", rows))
    )
    text = "{" + ",\n".join(parts) + "}\n"
    (exercise.folder / NAME).write_text(text, encoding="utf-8")
    return f"{exercise.name}: {len(rows)} mistakes, {len(text.encode()):,} bytes"


def main(words: list[str]) -> None:
    """Compute the files of the exercises with these numbers, or of all."""
    from concurrent.futures import ProcessPoolExecutor  # a browser has no processes

    exercises = [find_exercise(word) for word in words] or all_exercises()
    with ProcessPoolExecutor() as pool:
        for line in pool.map(write, exercises):
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
