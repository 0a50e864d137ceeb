"""Named choices with their limits, checked in one place wherever a value comes from.

A class of options is a table. A row is a name, a type, a default with limits, and what it means,
which --help shows:

    class Recipe(Options):
        spoons: int = option(2, ge=1, le=100)
        "of sugar"

A notebook, a command line, a config.json and the page all get the same one line for a bad value.
"""

import math
import operator
from collections.abc import Mapping
from numbers import Integral, Real
from pathlib import Path
from types import NoneType
from typing import Any, Literal, TypeVar, dataclass_transform, get_args, get_origin

import attrs

from data.errors import UserError, one_line

O = TypeVar("O", bound="Options")  # noqa: E741
Limits = Mapping[str, int | float]

LIMITS = {
    "ge": ("at least", operator.ge),
    "gt": ("greater than", operator.gt),
    "le": ("at most", operator.le),
    "lt": ("less than", operator.lt),
}


def option(default: Any = attrs.NOTHING, **limits: int | float) -> Any:
    """A field of `Options`: it takes values of its type, within limits.

    Args:
        default: its value where none is given; without a default, one must be given.
        limits: ge, gt, le, lt (≥, >, ≤, <), of a number or of each number in a tuple;
            min_length and max_length, of a text or tuple.
    """
    return attrs.field(
        default=default, converter=attrs.Converter(_checked, takes_field=True), metadata=limits
    )


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(option,))
class Options:
    """Named choices, each with its limits; every subclass is a frozen attrs class.

    Raises:
        UserError: for a value outside its limits, or two that exclude each other, in one line.
    """

    def __init_subclass__(cls) -> None:
        # Without slots, attrs changes the class itself, and a subclass may have two bases.
        attrs.frozen(kw_only=True, slots=False)(cls)

    @classmethod
    def option_fields(cls) -> dict[str, Any]:
        """The attrs fields that can be given, by name: their type, default, and limits."""
        return {field.name: field for field in attrs.fields(cls) if field.init}

    @classmethod
    def from_values(cls: type[O], values: Mapping[str, Any]) -> O:
        """The options of these names, with values as JSON holds them.

        Raises:
            UserError: for a name that is unknown or missing, too.
        """
        fields = cls.option_fields()
        for name in values:
            if name not in fields:
                raise UserError(f"{option_value(option_name(name))}: no such option; see --help")
        for name, field in fields.items():
            if field.default is attrs.NOTHING and name not in values:
                raise UserError(f"{option_name(name)}: must be given; see --help")
        return cls(**values)

    def as_dict(self) -> dict[str, Any]:
        """The options by name."""
        return {name: getattr(self, name) for name in self.option_fields()}

    def as_json(self) -> dict[str, Any]:
        """The options by name, as JSON can hold them: the inverse of `from_values`."""
        return {
            name: str(value) if isinstance(value, Path) else value
            for name, value in self.as_dict().items()
        }

    def replace(self: O, **values: Any) -> O:
        """The same options with these changes, checked again."""
        return attrs.evolve(self, **values)


def option_name(field: str) -> str:
    """The command-line spelling of a field: learning_rate -> --learning-rate."""
    return "--" + field.replace("_", "-")


def option_value(value: Any) -> str:
    """The command-line spelling of a value: (256, 128) -> 256 128; shortened, and on one line."""
    try:
        text = " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    except (ValueError, RecursionError):  # a number of more digits, or deeper lists, than str takes
        text = f"<{type(value).__name__}>"
    text = one_line(text) if text.strip() else repr(text)
    return text if len(text) <= 80 else text[:77] + "..."


class _Refused(Exception):  # noqa: N818 - tells what the value must be
    """A value that a field does not take, or one of several, and what it must be."""


def _checked(value: Any, field: attrs.Attribute) -> Any:
    """The value as the field's type says it, within the field's limits."""
    try:
        return _converted(value, field.type, field.metadata)
    except _Refused as refused:
        bad, limit = refused.args
    fix = f"the default is {option_value(field.default)}"
    if field.default is attrs.NOTHING:
        fix = "see --help"
    if field.default is None:
        fix = "leave it out for the default"
    raise UserError(f"{option_name(field.name)} {option_value(bad)}: must {limit}; {fix}")


def _converted(value: Any, kind: Any, limits: Limits) -> Any:
    if hasattr(kind, "__metadata__"):  # Annotated, for the command line
        kind = kind.__origin__
    arguments = get_args(kind)
    if NoneType in arguments:
        if value is None:
            return None
        (kind,) = set(arguments) - {NoneType}
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        if not isinstance(value, str) or value not in choices:
            raise _Refused(value, f"be {_listed(choices)}")
        return value
    if get_origin(kind) is tuple:
        return _converted_tuple(value, get_args(kind), limits)
    if kind is bool:
        if not isinstance(value, bool):
            raise _Refused(value, "be True or False")
        return value
    if kind is Path:
        if not isinstance(value, str | Path):
            raise _Refused(value, "be a path")
        if Path(value) == Path():  # to pathlib, the empty path, which nobody means
            raise _Refused(value, "be a path, and not the working folder itself")
        return Path(value)
    if kind is str:
        if not isinstance(value, str):
            raise _Refused(value, "be a text")
        _check_length(value, limits)
        return value
    return _converted_number(value, kind, limits)


def _converted_number(value: Any, kind: Any, limits: Limits) -> int | float:
    name, accepted = ("a whole number", Integral) if kind is int else ("a number", Real)
    if isinstance(value, bool) or not isinstance(value, (accepted, str)):
        raise _Refused(value, f"be {name}")
    try:
        number = kind(value)  # type: ignore - a text, too: a web address holds nothing else
    except (ValueError, OverflowError):
        raise _Refused(value, f"be {name}") from None
    for name, limit in limits.items():
        words, holds = LIMITS[name]
        if not holds(number, limit):  # no limit holds for NaN
            raise _Refused(value, f"be {words} {limit}")
    return number


def _converted_tuple(value: Any, kinds: tuple, limits: Limits) -> tuple:
    if not isinstance(value, list | tuple):
        raise _Refused(value, "be a tuple")
    _check_length(value, limits)
    limits = {name: limits[name] for name in limits if name in LIMITS}
    if kinds[-1] is Ellipsis:
        return tuple(_converted(item, kinds[0], limits) for item in value)
    if len(value) != len(kinds):
        raise _Refused(value, f"have {len(kinds)} entries")
    return tuple(_converted(item, kind, limits) for item, kind in zip(value, kinds, strict=True))


def _check_length(value: Any, limits: Limits) -> None:
    entries = "characters" if isinstance(value, str) else "entries"
    if len(value) < limits.get("min_length", 0):
        raise _Refused(value, f"have at least {limits['min_length']} {entries}")
    if len(value) > limits.get("max_length", math.inf):
        raise _Refused(value, f"have at most {limits['max_length']} {entries}")


def _listed(choices: tuple[str, ...]) -> str:
    """a, b or c."""
    *others, last = choices
    return f"{', '.join(others)} or {last}" if others else last
