"""The exercises: right answers pass, wrong ones fail with their cause, and no check is idle."""

import re
from functools import cache
from pathlib import Path

import pytest

from exercises.adapters import adapter
from exercises.catalogue import FOLDER, LEVELS, Exercise, all_exercises, cause_of, tier_of
from exercises.checking import Checks, judge
from exercises.child import behaviour, load, verdict_of
from exercises.runner import Known, find_cause, wrong_probes

EXERCISES = all_exercises()
SOLUTIONS = [(e, e.solution(tier)) for e in EXERCISES for tier in e.tiers]
STARTERS = [(e, e.starter(tier)) for e in EXERCISES for tier in e.tiers]
NEIGHBOURS = [(e, path) for e in EXERCISES for path in e.neighbours()]
MISTAKES = [(e, path) for e in EXERCISES for path in e.mistakes()]
CHECKS = [(e, check) for e in EXERCISES for check in e.checks.CHECKS.all]


def names(value) -> str:
    return getattr(value, "stem", None) or value.name


def verdict(exercise: Exercise, path: Path, seed: int = 0):
    return verdict_of(exercise, path, seed, lambda stage, check: None)[0]


@cache
def seen(exercise: Exercise, path: Path) -> list:
    return behaviour(exercise, load(path), tier_of(path))


@cache
def known(exercise: Exercise) -> list[Known]:
    """As `known_mistakes` finds them, without processes of their own."""
    every = []
    for torch in (False, True):
        right = [seen(exercise, p) for p in exercise.neighbours() if in_torch(p) == torch]
        for path in exercise.mistakes():
            if in_torch(path) == torch:
                wrong = wrong_probes(seen(exercise, path), right)
                every.append(Known(cause_of(path), verdict(exercise, path).check, wrong))
    return every


def in_torch(path: Path) -> bool:
    return tier_of(path) != "numpy"


@cache
def failing(exercise: Exercise, path: Path) -> list[str]:
    """The checks that a mistake fails, all of them having run."""
    tier, answer = adapter(tier_of(path)), load(path)
    every = exercise.checks.CHECKS.in_order()
    return [check.name for check in every if not judge(check, answer, path, tier, 0).passed]


@pytest.mark.parametrize(("exercise", "path"), SOLUTIONS + NEIGHBOURS, ids=names)
def test_a_right_answer_passes_whatever_the_seed(exercise, path):
    for seed in range(3):
        found = verdict(exercise, path, seed)
        assert found.passed, (found.check, found.lines)


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
    again = behaviour(exercise, load(path), tier_of(path))
    assert find_cause(known(exercise), again, found.check) == cause_of(path)


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


def test_the_table_of_the_readme_is_todays():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\d\d) .*?\]\((.*?)\.md\) \| (.*) \|$", text, re.MULTILINE)
    shown = {name: [cell.strip() for cell in cells.split("|")] for _, name, cells in rows}
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
