"""A link's set-up: what of its values is possible, and a sentence for each that is not."""

from collections.abc import Mapping
from typing import Any

from data.errors import UserError
from play.limits import Setup, page_words


def possible_values(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The values that are possible together, and one sentence for each of the others.

    A value may need another one that comes later, as batch normalization needs a hidden layer: so
    those that are refused are tried again until none of them is accepted.
    """
    possible: dict[str, Any] = {}
    left, refusals = dict(values), {}
    progress = True
    while left and progress:
        progress = False
        for name, value in list(left.items()):
            try:
                Setup.from_values(possible | {name: value})
            except UserError as error:
                refusals[name] = page_words(error)
                continue
            possible[name] = left.pop(name)
            progress = True
    return possible, [refusals[name] for name in left]
