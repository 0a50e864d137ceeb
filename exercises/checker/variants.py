"""Answers that are edits of a solution: mistakes, and alternatives that are right, too.

    [[mistake]]                                    # in mistakes.toml
    cause = "Evaluation does not add the bias"     # what the reader reads
    replace = "deviation + self.bias"              # stands exactly once in the solution
    with = "deviation"

    [[alternative]]                                # in alternatives.toml
    description = "Draws the mask as binomial numbers"
    replace = "self.generator.random(X.shape) >= self.p"
    with = "np.random.binomial(1, 1 - self.p, X.shape)"

`tier = "lowlevel"` edits that tier's solution; `in = "Linear.backward"` looks in that class, method
or function alone; several edits are `[[mistake.edit]]` tables; and `code` is added at the end,
where it redefines whole classes and functions. `edits = "small_network.py"` at the head of a file
has the answers edit that file instead of the solution.
"""

import ast
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from exercises.checker.answer import Answer
from exercises.checker.catalogue import Exercise


@dataclass(frozen=True)
class Mistake:
    """A wrong answer, and what a reader who made this mistake reads."""

    cause: str
    answer: Answer


def read_mistakes(exercise: Exercise) -> list[Mistake]:
    """The known mistakes of an exercise, none where their file has been taken away.

    Raises:
        ValueError: where an edit does not apply exactly once.
    """
    return [Mistake(*pair) for pair in _read(exercise, "mistake", "cause")]


def read_right_answers(exercise: Exercise) -> list[tuple[str, Answer]]:
    """The solutions, by their file's name, and the alternatives, by what is different in them.

    Raises:
        ValueError: where an edit does not apply exactly once.
    """
    paths = map(exercise.solution, exercise.tiers)
    solutions = [(path.name, Answer.read(exercise, path)) for path in paths]
    return solutions + _read(exercise, "alternative", "description")


def _read(exercise: Exercise, kind: str, label: str) -> list[tuple[str, Answer]]:
    path = exercise.folder / f"{kind}s.toml"
    if not path.exists():
        return []
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    base = table.get("edits")
    return [(entry[label], _edited(exercise, entry, base, entry[label])) for entry in table[kind]]


def _edited(exercise: Exercise, entry: Mapping, base: str | None, label: str) -> Answer:
    tier = entry.get("tier", exercise.tiers[0])
    path = exercise.folder / base if base else exercise.solution(tier)
    source = path.read_text(encoding="utf-8")
    try:
        source = apply(source, entry.get("edit", [entry] if "replace" in entry else []))
    except ValueError as error:
        raise ValueError(f"{exercise.name}, {label!r}: {error}") from None
    source += "\n\n" + entry.get("code", "")
    return Answer(exercise, tier, path, source.encode())


def apply(source: str, edits: Iterable[Mapping[str, str]]) -> str:
    """The source with all edits made at once.

    Raises:
        ValueError: where the text that an edit replaces does not stand there exactly once, or two
            edits overlap.
    """
    places = []
    for edit in edits:
        start, end = _lines_of(source, edit["in"]) if "in" in edit else (0, len(source))
        count = source.count(edit["replace"], start, end)
        if count != 1:
            raise ValueError(f"{edit['replace']!r} occurs {count} times in {edit.get('in', 'it')}")
        at = source.index(edit["replace"], start, end)
        places.append((at, at + len(edit["replace"]), edit["with"]))
    places.sort(reverse=True)
    for (start, _, _), (_, end, replaced) in pairwise(places):
        if end > start:
            raise ValueError(f"the edits overlap at {replaced!r}")
    for start, end, text in places:
        source = source[:start] + text + source[end:]
    return source


def _lines_of(source: str, name: str) -> tuple[int, int]:
    """Where a class, method or function such as Linear.backward begins and ends."""
    node: ast.AST = ast.parse(source)
    for part in name.split("."):
        children = {getattr(child, "name", ""): child for child in ast.iter_child_nodes(node)}
        if part not in children:
            raise ValueError(f"there is no {name}")
        node = children[part]
    assert isinstance(node, ast.ClassDef | ast.FunctionDef)
    first = min(part.lineno for part in (node, *node.decorator_list))
    lines = source.splitlines(keepends=True)
    return sum(map(len, lines[: first - 1])), sum(map(len, lines[: node.end_lineno]))
