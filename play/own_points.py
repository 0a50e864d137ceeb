"""Points that a reader pastes as text: a row is x, y and class."""

import re

from data.errors import one_line
from play.limits import MAX_CLASSES, MAX_COORDINATE, MAX_POINTS, Point

DECIMALS = 4  # of a coordinate
SEPARATOR = re.compile(r"\s*[,;\t]\s*|\s+")


class RowError(ValueError):
    """Says what is wrong with a row."""


def read_points(text: str) -> tuple[list[Point], list[str]]:
    """The points of a pasted table, and one line for each row that is none, which names its number.

    Entries are separated by a comma, a semicolon, a tab or spaces. A first row without a number is
    a heading.
    """
    points: list[Point] = []
    bad: list[str] = []
    rows = [(number, row) for number, row in enumerate(text.splitlines(), 1) if row.strip()]
    for place, (number, row) in enumerate(rows):
        entries = SEPARATOR.split(row.strip())
        if place == 0 and not any(_is_number(entry) for entry in entries):
            continue
        try:
            point = _point(entries)
            if len(points) == MAX_POINTS:
                raise RowError(f"there are {MAX_POINTS:,} points already")
        except RowError as error:
            bad.append(f"Row {number}: {error}.")
        else:
            points.append(point)
    return points, bad


def _point(entries: list[str]) -> Point:
    if len(entries) != 3:
        raise RowError(f"{len(entries)} entries instead of 3: x, y and class")
    x, y = (_coordinate(name, entry) for name, entry in zip("xy", entries, strict=False))
    if entries[2] not in map(str, range(MAX_CLASSES)):
        raise RowError(
            f"class {_shown(entries[2])} is not a whole number from 0 to {MAX_CLASSES - 1}"
        )
    return x, y, int(entries[2])


def _coordinate(name: str, entry: str) -> float:
    if not _is_number(entry):
        raise RowError(f"{name} = {_shown(entry)} is not a number")
    value = float(entry)
    if not abs(value) <= MAX_COORDINATE:  # so that NaN is refused, too
        limit = f"{MAX_COORDINATE:g}"
        raise RowError(f"{name} = {_shown(entry)} is not from -{limit} to {limit}")
    return round(value, DECIMALS)


def _is_number(entry: str) -> bool:
    try:
        float(entry)
    except ValueError:
        return False
    return True


def _shown(entry: str) -> str:
    entry = one_line(entry)
    return entry if len(entry) <= 20 else entry[:19] + "…"
