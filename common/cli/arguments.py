"""From the words of a command line to a checked model: tyro writes --help, pydantic reads values.

Any model will do whose fields are flags (bool), single values, or tuples and lists of them. One
field may be `tyro.conf.Positional`: a tuple or list of the words that belong to no option.
"""

import difflib
import re
from collections import deque
from types import NoneType
from typing import Any, NoReturn, TypeVar, get_args, get_origin

import tyro
from pydantic import BaseModel, ValidationError

from common.configuration import explain, option_name, option_value, remedy
from data.errors import UserError

M = TypeVar("M", bound=BaseModel)

# A word that begins like this is an option; -0.1 and -inf are values.
OPTION = re.compile(r"--|-(?!(inf|infinity|nan)$)[^\W\d_]", re.IGNORECASE)


def parse_options(
    model: type[M], arguments: list[str], description: str | None = None, default: M | None = None
) -> M:
    """Read a model from a command line; where it asks for --help, print that and exit.

    Args:
        model: its fields are the options.
        arguments: of the command line.
        description: the first lines of --help.
        default: gives the values of the options that are left out; if None, the model does.

    Raises:
        UserError: names the option, its value, the limit and the remedy, in one line.
    """
    if not {"-h", "--help"}.isdisjoint(arguments):
        tyro.cli(model, args=["--help"], description=description)
    values = {} if default is None else dict(default)
    try:
        return model.model_validate(values | _words(model, arguments))
    except ValidationError as error:
        raise UserError(explain(model, error)) from None


def _words(model: type[BaseModel], arguments: list[str]) -> dict[str, Any]:
    """What is given for each field, as text: {"epochs": "3", "hidden": ["8", "8"], "resume": True}.

    Of an option that is given twice, the last counts.
    """
    positional = None
    options: dict[str, str] = {}  # their fields
    for field, info in model.model_fields.items():
        if tyro.conf.Positional in info.metadata:
            positional = field
        else:
            options[option_name(field)] = field
            if info.annotation is bool:
                options[option_name(f"no_{field}")] = field

    given: dict[str, Any] = {}
    reason = ""  # why a word does not belong to the option before it
    words = deque(arguments)
    while words:
        word = words.popleft()
        if not OPTION.match(word):
            if positional is None:
                raise UserError(f"{option_value(word)}: belongs to no option{reason}; see --help")
            given.setdefault(positional, []).append(word)
            continue

        name, equals, value = word.partition("=")
        name = name.replace("_", "-")  # --batch_size is --batch-size
        if name not in options:
            _refuse_unknown(name, options)
        field = options[name]
        annotation = model.model_fields[field].annotation
        if annotation is bool:
            if equals:
                raise UserError(f"{option_value(word)}: takes no value; give {name} alone")
            given[field] = name == option_name(field)
            reason = f" ({name} takes no value)"
            continue

        several = get_origin(annotation) in (tuple, list)
        values = [value] if equals else []
        while words and not OPTION.match(words[0]) and (several or not values):
            values.append(words.popleft())
        if several:
            given[field] = values
        elif not values:
            raise UserError(f"{name}: needs a value; {remedy(model, field)}")
        else:
            none = values == ["None"] and NoneType in get_args(annotation)
            given[field] = None if none else values[0]
        reason = f" ({name} takes one value)"
    return given


def _refuse_unknown(name: str, options: dict[str, str]) -> NoReturn:
    similar = difflib.get_close_matches(name, options, n=1, cutoff=0.75)
    question = f" did you mean {similar[0]}?" if similar else ""
    raise UserError(f"{option_value(name)}: no such option;{question} see --help")
