"""The known mistakes of an exercise: edits of a right answer, in its `mistakes.toml`.

    [[mistake]]
    cause = "Evaluation does not add the bias"    # what the reader reads
    replace = "deviation + self.bias"             # stands exactly once in the solution
    with = "deviation"

`tier = "lowlevel"` edits that tier's solution; `in = "Linear.backward"` looks in that class, method
or function alone; several edits are `[[mistake.edit]]` tables; and `code` is added at the end,
where it redefines whole classes and functions. `edits = "small_network.py"` at the head of the
file has the mistakes edit that file instead of the solution.
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
    """The known mistakes of an exercise, none where its file has been taken away.

    Raises:
        ValueError: where an edit does not apply exactly once.
    """
    path = exercise.folder / "mistakes.toml"
    if not path.exists():
        return []
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return [_read(exercise, entry, table.get("edits")) for entry in table["mistake"]]


def _read(exercise: Exercise, entry: Mapping, base: str | None) -> Mistake:
    tier = entry.get("tier", exercise.tiers[0])
    path = exercise.folder / base if base else exercise.solution(tier)
    source = path.read_text(encoding="utf-8")
    try:
        source = apply(source, entry.get("edit", [entry] if "replace" in entry else []))
    except ValueError as error:
        raise ValueError(f"{exercise.name}, {entry['cause']!r}: {error}") from None
    source += "\n\n" + entry.get("code", "")
    return Mistake(entry["cause"], Answer(exercise, tier, path, source.encode()))


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
