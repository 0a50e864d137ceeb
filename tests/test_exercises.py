"""The exercises: right answers pass, wrong ones fail with their cause, and no check is idle."""

import re
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from exercises.checker.adapters import adapter
from exercises.checker.answer import Answer
from exercises.checker.catalogue import FOLDER, LEVELS, Exercise, all_exercises, find_exercise
from exercises.checker.checking import NOT_STARTED, Checks, format_exception, judge
from exercises.checker.child import verdict_of
from exercises.checker.known import (
    Knowledge,
    KnownMistake,
    compute,
    find_causes,
    read_knowledge,
    same,
)
from exercises.checker.variants import Mistake, apply, read_mistakes, read_right_answers

EXERCISES = all_exercises()
RIGHT = {e: read_right_answers(e) for e in EXERCISES}
STARTERS = [Answer.read(e, e.starter(tier)) for e in EXERCISES for tier in e.tiers]
CHECKS = [(e, check) for e in EXERCISES for check in e.checks.CHECKS.all]
# What the checks say that need it.
NO_MNIST = "MNIST is not in"


def names(value) -> str:
    if isinstance(value, str):
        return value
    return value.exercise.name if isinstance(value, Answer) else value.name


def is_slow(exercise: Exercise) -> bool:
    return any(check.slow for check in exercise.checks.CHECKS.all)


@cache
def mistakes(exercise: Exercise) -> list[Mistake]:
    return read_mistakes(exercise)


def alternatives(exercise: Exercise) -> list:
    return RIGHT[exercise][len(exercise.tiers) :]


@pytest.fixture(scope="module")
def elsewhere():
    """A process like those that judge answers: it does not check shapes at every call."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


def failing(mistake: Mistake, check: str) -> list[str]:
    """The quick checks that a mistake fails; else the slow one that it is known to fail."""
    tier, module = adapter(mistake.answer.tier), mistake.answer.load()
    checks = [one for one in mistake.answer.exercise.checks.CHECKS.in_order() if not one.slow]
    path = mistake.answer.path
    return [one.name for one in checks if not judge(one, module, path, tier, 0).passed] or [check]


@pytest.mark.parametrize(
    ("name", "answer"), [pair for pairs in RIGHT.values() for pair in pairs], ids=names
)
def test_a_right_answer_passes_whatever_the_seed(name, answer, monkeypatch):
    exercise = answer.exercise
    slow = is_slow(exercise) and name == answer.path.name
    if not slow:  # with the solutions, that is enough for slow checks
        quick = [check for check in exercise.checks.CHECKS.all if not check.slow]
        monkeypatch.setattr(exercise.checks.CHECKS, "all", quick)
    for seed in range(1 if is_slow(exercise) else 3):
        found, _ = verdict_of(answer, seed)
        if NO_MNIST in "".join(found.lines):
            pytest.skip(found.lines[0])
        assert found.passed, (found.check, found.lines)
    assert ("of the 10,000 test images" in "".join(found.lines)) == slow


@pytest.mark.parametrize("answer", STARTERS, ids=names)
def test_an_untouched_starter_is_not_written_yet(answer):
    found, _ = verdict_of(answer, 0)
    assert (found.passed, found.stage) == (False, NOT_STARTED)
    assert found.lines[0].startswith("not written yet")


@pytest.mark.parametrize("exercise", EXERCISES, ids=names)
def test_every_mistake_fails_as_it_is_known(exercise, elsewhere):
    """What `python -m exercises.checker.known` would write is what the folder holds."""
    stored = read_knowledge(exercise)
    assert [row.cause for row in stored.mistakes] == [one.cause for one in mistakes(exercise)]
    every = 7 if is_slow(exercise) else 1  # of a slow one, a sample
    # Without the modules that `exercise` has loaded, which cannot be sent.
    today = elsewhere.submit(compute, Exercise(exercise.name), every).result()
    for values, now in zip(stored.right, today.right, strict=True):
        assert all(any(same(value, other) for other in values) for value in now)
    for row, now in zip(stored.mistakes[::every], today.mistakes, strict=True):
        assert (row.cause, row.torch, row.check) == (now.cause, now.torch, now.check)
        assert row.check, f"{row.cause}: passes"
        assert row.wrong.keys() == now.wrong.keys() != set(), row.cause
        assert all(same(row.wrong[number], now.wrong[number]) for number in row.wrong), row.cause


def shown(knowledge: Knowledge, wrong: dict) -> list:
    """What an answer shows that is right but for this."""
    return [wrong.get(number, values[0]) for number, values in enumerate(knowledge.right)]


@pytest.mark.parametrize("exercise", EXERCISES, ids=names)
def test_every_mistake_gets_its_own_cause(exercise):
    stored = read_knowledge(exercise)
    for row in stored.mistakes:
        found = find_causes(stored, shown(stored, row.wrong), row.check, row.torch)
        assert found == [row.cause]


def test_a_cause_explains_the_check_that_failed():
    stored = read_knowledge(find_exercise("11"))
    alike = [mistake for mistake in stored.mistakes if mistake.check == "cross_entropy_loss"]
    row, *others = sorted(alike, key=lambda mistake: len(mistake.wrong))
    known = Knowledge(stored.right, [row])
    seen = shown(stored, row.wrong)
    assert find_causes(known, seen, row.check, torch=False) == [row.cause]
    assert find_causes(known, seen, "another", torch=False) == []
    assert find_causes(known, shown(stored, {}), row.check, torch=False) == []
    # More is wrong where another mistake that fails this check would show, or elsewhere.
    more = next(n for other in others for n in other.wrong if n not in row.wrong)
    elsewhere = next(n for n, _ in enumerate(seen) if all(n not in o.wrong for o in [row, *others]))
    known = Knowledge(stored.right, [row, *others])
    for number, causes in ((more, []), (elsewhere, [row.cause])):
        seen = shown(stored, row.wrong | {number: "x"})
        assert find_causes(known, seen, row.check, torch=False) == causes


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (({0: 1}, {1: 1}), [0, 1]),  # of two gates, for example
        (({0: 1}, {1: 1}, {2: 1}), []),
        (({0: 1, 1: 1}, {1: 1, 2: 1}), []),  # each would explain a part of the other
        (({0: 1}, {0: 1, 1: 1}), [1]),
    ],
)
def test_two_causes_are_named_where_neither_explains_a_part_of_the_other(wrong, named):
    rows = [KnownMistake(str(i), False, "check", one) for i, one in enumerate(wrong)]
    known = Knowledge([[0]] * 3, rows)
    seen = [int(any(number in one for one in wrong)) for number in range(3)]
    assert find_causes(known, seen, "check", torch=False) == [str(i) for i in named]


@pytest.mark.parametrize(
    ("edits", "line"),
    [
        ([{"replace": "x", "with": "y"}], "'x' occurs 2 times in it"),
        ([{"replace": "z", "with": "y"}], "'z' occurs 0 times in it"),
        ([{"in": "f", "replace": "x", "with": "y"}], None),
        ([{"in": "h", "replace": "x", "with": "y"}], "there is no h"),
        ([{"replace": "def f", "with": "a"}, {"replace": "f():", "with": "b"}], "overlap"),
    ],
)
def test_an_edit_applies_exactly_once(edits, line):
    source = "def f():\n    return x\n\n\ndef g():\n    return x\n"
    if line is None:
        assert apply(source, edits) == source.replace("x", "y", 1)
    else:
        with pytest.raises(ValueError, match=line):
            apply(source, edits)


def test_without_mnist_nothing_passes_that_needs_it(tmp_path, monkeypatch):
    exercise = find_exercise("07")
    monkeypatch.setattr(exercise.checks, "DATA_ROOT", tmp_path)
    check = exercise.checks.CHECKS.in_order()[-1]
    found = judge(check, None, Path(), adapter("numpy"), 0)
    assert not found.passed
    assert len(found.lines) == 1
    assert NO_MNIST in found.lines[0]


@pytest.mark.parametrize(("exercise", "check"), CHECKS, ids=names)
def test_without_this_check_a_mistake_gets_through(exercise, check):
    pairs = zip(mistakes(exercise), read_knowledge(exercise).mistakes, strict=True)
    first = [mistake for mistake, row in pairs if row.check == check.name]
    assert any(failing(mistake, check.name) == [check.name] for mistake in first)


@pytest.mark.parametrize("exercise", EXERCISES, ids=names)
def test_an_exercise_is_whole(exercise):
    assert exercise.metadata.level in LEVELS
    assert len(mistakes(exercise)) >= 8
    assert len(alternatives(exercise)) >= 4
    assert len(exercise.hints()) == 4
    assert exercise.tiers
    statement = exercise.statement.read_text(encoding="utf-8")
    for part in ("**Goal.**", "## What to write", "## Done when", exercise.metadata.level.title()):
        assert part in statement
    assert f"about {exercise.metadata.minutes} minutes" in statement
    assert all(
        f"`{name}" in statement or f" {name}`" in statement for name in exercise.metadata.names
    )


@pytest.mark.parametrize("exercise", EXERCISES, ids=names)
def test_zero_checks_are_no_pass(exercise, monkeypatch):
    monkeypatch.setattr(exercise.checks, "CHECKS", Checks())
    answer = Answer.read(exercise, exercise.solution(exercise.tiers[0]))
    assert not verdict_of(answer, 0)[0].passed


def test_shapes_that_do_not_fit_are_reported_whole():
    with pytest.raises(ValueError, match="size") as error:
        np.ones((2, 3)) @ np.ones((2, 3))
    (line,) = format_exception(error.value, Path("answer.py"))
    assert "operand 1" in line
    assert line.endswith("core dimension 0 (size 2 is different from 3)")


def test_the_table_of_the_readme_is_todays():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\d\d) .*?\]\((.*?)\.md\) \| (.*) \|$", text, re.MULTILINE)
    # The last column, seconds, is another machine's.
    shown = {name: [cell.strip() for cell in cells.split("|")[:-1]] for _, name, cells in rows}
    assert shown == {
        exercise.name: [
            exercise.metadata.level,
            str(exercise.metadata.minutes),
            exercise.metadata.teaches,
            str(len(mistakes(exercise))),
            str(len(alternatives(exercise))),
        ]
        for exercise in EXERCISES
    }
