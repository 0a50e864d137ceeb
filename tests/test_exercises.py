"""The exercises: right answers pass, wrong ones fail with their cause, and no check is idle."""

import re
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from exercises.checker import runner
from exercises.checker.adapters import adapter
from exercises.checker.catalogue import (
    FOLDER,
    LEVELS,
    Exercise,
    all_exercises,
    cause_of,
    find_exercise,
    tier_of,
)
from exercises.checker.checking import Checks, judge, readers_error
from exercises.checker.child import behaviour, load, verdict_of
from exercises.checker.runner import Known, Search, find_cause, wrong_probes

EXERCISES = all_exercises()
SOLUTIONS = [(e, e.solution(tier)) for e in EXERCISES for tier in e.tiers]
STARTERS = [(e, e.starter(tier)) for e in EXERCISES for tier in e.tiers]
NEIGHBOURS = [(e, path) for e in EXERCISES for path in e.neighbours()]
MISTAKES = [(e, path) for e in EXERCISES for path in e.mistakes()]
CHECKS = [(e, check) for e in EXERCISES for check in e.checks.CHECKS.all]


# What the checks say that need it.
NO_MNIST = "MNIST is not in"


def names(value) -> str:
    return getattr(value, "stem", None) or value.name


@cache
def verdict(exercise: Exercise, path: Path, seed: int = 0):
    return verdict_of(exercise, path, seed, lambda stage, check: None)[0]


def is_slow(exercise: Exercise) -> bool:
    return any(check.slow for check in exercise.checks.CHECKS.all)


@cache
def seen(exercise: Exercise, path: Path) -> list:
    return behaviour(exercise, load(path), tier_of(path))


@cache
def known(exercise: Exercise) -> list[Known]:
    """As `Search` finds them, without processes of their own."""
    every = []
    for torch in (False, True):
        mistakes = [path for path in exercise.mistakes() if in_torch(path) == torch]
        right = [p for p in exercise.neighbours() if mistakes and in_torch(p) == torch]
        behaviours = [seen(exercise, path) for path in right]
        for path in mistakes:
            wrong = wrong_probes(seen(exercise, path), behaviours)
            every.append(Known(cause_of(path), verdict(exercise, path).check, wrong))
    return every


def in_torch(path: Path) -> bool:
    return tier_of(path) != "numpy"


@cache
def failing(exercise: Exercise, path: Path) -> list[str]:
    """The checks that a mistake fails, the quick ones having run; a slow one where no other does.

    A quick check has to be earned among the quick ones: that it tells early is what it is for.
    """
    tier, answer = adapter(tier_of(path)), load(path)
    quick = [check for check in exercise.checks.CHECKS.in_order() if not check.slow]
    failed = [check.name for check in quick if not judge(check, answer, path, tier, 0).passed]
    return failed or [verdict(exercise, path).check]


@pytest.mark.parametrize(("exercise", "path"), SOLUTIONS + NEIGHBOURS, ids=names)
def test_a_right_answer_passes_whatever_the_seed(exercise, path, monkeypatch):
    if path in exercise.neighbours()[1:]:  # with the solutions, one is enough for slow checks
        quick = [check for check in exercise.checks.CHECKS.all if not check.slow]
        monkeypatch.setattr(exercise.checks.CHECKS, "all", quick)
    for seed in range(1 if is_slow(exercise) else 3):
        found = verdict(exercise, path, seed)
        if NO_MNIST in "".join(found.lines):
            pytest.skip(found.lines[0])
        assert found.passed, (found.check, found.lines)
    judged_by_mnist = any(check.slow for check in exercise.checks.CHECKS.all)
    assert ("of the 10,000 test images" in "".join(found.lines)) == judged_by_mnist


@pytest.mark.parametrize(("exercise", "path"), STARTERS, ids=names)
def test_an_untouched_starter_is_not_written_yet(exercise, path):
    found = verdict(exercise, path)
    assert (found.passed, found.stage) == (False, "written")
    assert found.lines[0].startswith("not written yet")


@pytest.mark.parametrize(("exercise", "path"), MISTAKES, ids=names)
def test_a_mistake_fails_and_its_cause_is_known(exercise, path):
    found = verdict(exercise, path)
    assert not found.passed
    assert found.stage != "written"
    assert 1 <= len(found.lines) <= 6
    slow = is_slow(exercise)
    again = seen(exercise, path) if slow else behaviour(exercise, load(path), tier_of(path))
    assert find_cause(known(exercise), again, found.check) == cause_of(path)


def test_without_mnist_nothing_passes_that_needs_it(tmp_path, monkeypatch):
    exercise = find_exercise("07")
    monkeypatch.setattr(exercise.checks, "DATA_ROOT", tmp_path)
    check = exercise.checks.CHECKS.in_order()[-1]
    found = judge(check, None, Path(), adapter("numpy"), 0)
    assert not found.passed
    assert len(found.lines) == 1
    assert NO_MNIST in found.lines[0]


def test_a_search_in_processes_finds_all_and_keeps_it(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "WORK", tmp_path)
    exercise = find_exercise("08")
    for processes in (True, False):
        with ExitStack() as stack:
            searches = [Search(exercise, torch, stack) for torch in (False, True)]
            assert [bool(search.children) for search in searches] == [processes] * 2
            found = [mistake for search in searches for mistake in search.finish()]
        told = [(mistake.cause, mistake.check, [*mistake.wrong]) for mistake in found]
        assert told == [(own.cause, own.check, [*own.wrong]) for own in known(exercise)]


def test_a_search_ends_with_its_block_and_one_cut_short_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "WORK", tmp_path)
    with ExitStack() as stack:
        search = Search(find_exercise("05"), torch=False, stack=stack)
        first, second = search.children
        assert first.finish(0)[1] == "no end after 0 seconds"
        assert second.process.poll() is None
    assert second.process.poll() is not None
    search.finish()
    assert not search.kept.exists()


@pytest.mark.parametrize("exercise", EXERCISES, ids=names)
def test_every_known_mistake_shows(exercise):
    for mistake in known(exercise):
        assert mistake.wrong, mistake.cause


@pytest.mark.parametrize(("exercise", "check"), CHECKS, ids=names)
def test_without_this_check_a_mistake_gets_through(exercise, check):
    assert any(failing(exercise, path) == [check.name] for path in exercise.mistakes())


@pytest.mark.parametrize("exercise", EXERCISES, ids=names)
def test_an_exercise_is_whole(exercise):
    assert exercise.about.level in LEVELS
    assert len(exercise.mistakes()) >= 8
    assert len(exercise.neighbours()) >= 5
    assert len(exercise.hints()) == 4
    assert exercise.tiers
    for path in [*exercise.mistakes(), *exercise.neighbours()]:
        assert path.read_text(encoding="utf-8").startswith('"""'), path
    statement = exercise.statement.read_text(encoding="utf-8")
    for part in ("**Goal.**", "## What to write", "## Done when", exercise.about.level.title()):
        assert part in statement
    assert f"about {exercise.about.minutes} minutes" in statement
    assert all(f"`{name}" in statement or f" {name}`" in statement for name in exercise.about.names)


@pytest.mark.parametrize("exercise", EXERCISES, ids=names)
def test_zero_checks_are_no_pass(exercise, monkeypatch):
    monkeypatch.setattr(exercise.checks, "CHECKS", Checks())
    assert not verdict(exercise, exercise.solution(exercise.tiers[0])).passed


def test_shapes_that_do_not_fit_are_told_whole():
    with pytest.raises(ValueError, match="size") as error:
        np.ones((2, 3)) @ np.ones((2, 3))
    (line,) = readers_error(error.value, Path("answer.py"))
    assert "operand 1" in line
    assert line.endswith("core dimension 0 (size 2 is different from 3)")


def test_the_table_of_the_readme_is_todays():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\d\d) .*?\]\((.*?)\.md\) \| (.*) \|$", text, re.MULTILINE)
    # The last column, seconds, is another machine's.
    shown = {name: [cell.strip() for cell in cells.split("|")[:-1]] for _, name, cells in rows}
    assert shown == {
        exercise.name: [
            exercise.about.level,
            str(exercise.about.minutes),
            exercise.about.teaches,
            str(len(exercise.mistakes())),
            str(len(exercise.neighbours())),
        ]
        for exercise in EXERCISES
    }
