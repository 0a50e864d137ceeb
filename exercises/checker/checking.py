"""What checks are made of: stages in order, failures in three lines, and the verdict.

A check is a function of (answer, tier, seed): the reader's module, the tier's adapter and a seed
for its inputs. It returns where the answer is right, and raises `Failed` where it is not.
"""

import ast
import math
import re
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checker.catalogue import Metadata

# Before any check: whether the file can be loaded, and whether all is there that is demanded.
LOADING, NOT_STARTED = "loading", "not started"
STAGES = (
    LOADING,
    NOT_STARTED,
    "signature",
    "shapes and dtype",
    "input unchanged",
    "values",
    "properties",
    "gradients",
    "behaviour in training",
)
WIDTH = 110
OUTPUT_BYTES = 1_000_000  # that an answer may print
# Classes that an answer's own may inherit from.
BASES = {"object", "ABC", "Layer", "Module", "Generic", "Protocol"}
# The library's own that stand behind them, under names that nobody writes.
BEHIND_BASES = ("torch.autograd.function", "torch._C")


class Failed(Exception):  # noqa: N818 - says what the answer did
    """A check that an answer does not pass.

    Args:
        call: what was called, as the reader would write it.
        expected, got: one line each.
        given: what the call was made with, where the call itself has no room for it.
    """

    def __init__(self, call: str, expected: str, got: str, given: str = "") -> None:
        super().__init__(call, expected, got, given)
        self.call, self.expected, self.got, self.given = call, expected, got, given


class Refused(Exception):  # noqa: N818 - says what became of the answer
    """An answer that is not judged at all; its message says why in one line."""


@dataclass(frozen=True)
class Check:
    """One check: its name, its stage, the function, and whether it takes more than a second."""

    name: str
    stage: str
    run: Callable[[ModuleType, Any, int], str | None]
    slow: bool = False


@dataclass
class Checks:
    """The checks of an exercise, to which a decorator adds: @CHECKS.add("values")."""

    all: list[Check] = field(default_factory=list)

    def add(self, stage: str, slow: bool = False) -> Callable:
        assert stage in STAGES, stage

        def decorate(function: Callable) -> Callable:
            self.all.append(Check(function.__name__, stage, function, slow))
            return function

        return decorate

    def in_order(self) -> list[Check]:
        return sorted(self.all, key=lambda check: STAGES.index(check.stage))


@dataclass
class Verdict:
    """What the checks found out about an answer.

    Attributes:
        passed: whether it is right.
        stage: where it failed.
        check: the name of the check that it failed.
        lines: what was wrong, at most six; or what is worth knowing of an answer that passed.
        causes: the known mistakes that explain the failure; none where that is in doubt.
        seconds: that the whole check took.
    """

    passed: bool
    stage: str = ""
    check: str = ""
    lines: list[str] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)
    seconds: float = 0.0


# Where an answer can be ended from outside: ends it if the block takes longer than these seconds,
# with this line as its verdict.
ending_after: Callable[[str, float], AbstractContextManager[None]] | None = None


def time_limit(call: str, seconds: float) -> AbstractContextManager[None]:
    """End the answer if a call takes longer, where it can be ended from outside."""
    if ending_after is None:
        return nullcontext()
    return ending_after(f"stopped: {call} ran longer than {seconds:g} s", seconds)


def described(value: Any) -> str:
    """A value in a few words: its type, and its shape or text where it is short."""
    if value is None:
        return "None (is a return missing?)"
    if hasattr(value, "shape"):
        return f"{type(value).__name__} of shape {tuple(value.shape)}"
    try:
        text = repr(value)
    except Exception:  # the reader's own __repr__ may fail, too
        text = "..."
    return f"{type(value).__name__} {text}" if len(text) < 50 else f"a {type(value).__name__}"


def one_number(call: str, value: Any, what: str = "a number") -> float:
    """What a call returned, if it is a number, or an array or tensor of a single one.

    Raises:
        Failed: if it is anything else; what says what was expected.
    """
    number = value
    if hasattr(value, "item") and math.prod(getattr(value, "shape", ())) == 1:
        number = value.item()
    if isinstance(number, int | float):
        return number
    raise Failed(call, what, described(value))


def expect_shape(call: str, value: Any, shape: tuple[int, ...]) -> None:
    """Fail unless the value has this shape."""
    if not hasattr(value, "shape") or tuple(value.shape) != shape:
        raise Failed(call, f"shape {shape}", described(value))


def expect_close(
    call: str,
    got: np.ndarray,
    expected: Any,
    tolerance: float = 1e-6,
    what: str = "",
    given: str = "",
) -> None:
    """Fail unless two arrays of numbers agree to this tolerance, relative to the largest entry."""
    expected = np.asarray(expected, np.float64)
    if got.shape != expected.shape:
        raise Failed(call, f"{what}shape {expected.shape}", f"shape {got.shape}", given)
    limit = tolerance * max(1.0, float(np.abs(expected).max(initial=0)))
    wrong = ~(np.abs(got - expected) <= limit)  # so that nan is wrong, too
    if not wrong.any():
        return
    if got.size <= 6:
        raise Failed(call, what + _numbers(expected), _numbers(got), given)
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = f"entry {list(place)} = "
    count = f" ({int(wrong.sum())} of {got.size} entries differ)"
    wanted = f"{what}{where}{expected[place]:.6g}"
    raise Failed(call, wanted, f"{where}{got[place]:.6g}{count}", given)


def _numbers(array: np.ndarray) -> str:
    return np.array2string(array, precision=6, separator=", ").replace("\n", "")


def reject_borrowed_code(answer: ModuleType, source: bytes, metadata: Metadata) -> None:
    """Refuse an answer that hands in what the tiers or torch have already.

    Args:
        answer: the loaded module.
        source: of its file.
        metadata: what it must define itself, and may not use or import.

    Raises:
        Refused: says what was borrowed from where.
    """
    names, refused, imports = metadata.names, metadata.refused, metadata.imports
    own = sys.stdlib_module_names - {"importlib"}  # by which all else could be had
    for name in names:
        value = getattr(answer, name, None)
        for owner in getattr(value, "__mro__", [value]):
            module = getattr(owner, "__module__", answer.__name__)
            known = owner.__name__ in BASES or module in BEHIND_BASES
            if module != answer.__name__ and not known:
                raise Refused(f"{name} comes from {module}: write it yourself")
    for node in ast.walk(ast.parse(source)):
        modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for module in modules:
            if imports is not None and module.split(".")[0] not in (*imports, *own):
                allowed = ", ".join(imports)
                only = f"only {allowed} and what comes with Python may be imported"
                raise Refused(f"line {node.lineno}: {module} is imported; {only}")
            if module.split(".")[0] in refused:
                raise Refused(f"line {node.lineno}: {module} may not be imported in this exercise")
        if imports is not None and isinstance(node, ast.Name) and node.id == "__import__":
            raise Refused(f"line {node.lineno}: __import__ may not be used in this exercise")
        if isinstance(node, ast.Attribute):
            used = ast.unparse(node)
        elif isinstance(node, ast.ImportFrom):
            module = (node.module or "").replace("torch.nn.functional", "F")
            module = module.replace("torch.nn", "nn")
            used = next((f"{module}.{a.name}" for a in node.names), "")
            for alias in node.names:
                if f"{module}.{alias.name}" in refused:
                    used = f"{module}.{alias.name}"
                if module.startswith("layers_") and alias.name in names:
                    raise Refused(f"line {node.lineno}: {alias.name} comes from {module}")
        else:
            continue
        if used in refused or used.removeprefix("torch.") in refused:
            raise Refused(f"line {node.lineno}: {used} is the answer already: write it yourself")


def format_exception(error: BaseException, path: Path) -> list[str]:
    """An exception as the reader needs it: the line of the answer, and the message."""
    message = f"{type(error).__name__}: {error}".splitlines()[0]
    message = re.sub(r", with gufunc signature \S+", "", message)  # of NumPy's @, a riddle here
    if len(message) > WIDTH:  # NumPy names the shapes at the end
        message = f"{message[: WIDTH // 2]} ... {message[-(WIDTH // 2) :]}"
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return [f"line {error.lineno}: {(error.text or '').strip()[:80]}", message]
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    if not frames:
        return [message]
    return [f"line {frames[-1].lineno}: {frames[-1].line}", message]


def raising_call(error: BaseException, path: Path) -> str:
    """Which call of the answer raised an error, and with what; or which line of the check."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    called = [frame for frame in frames if frame.f_code.co_filename == str(path)]
    if not called:
        line = traceback.extract_tb(error.__traceback__)[-1].line
        return f"an error is raised in the check, at: {line}"
    code, values = called[0].f_code, called[0].f_locals
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    given = [f"{name} {brief(values[name])}" for name in names if name in values and name != "self"]
    return f"an error is raised in {code.co_qualname}{', with ' * bool(given)}{', '.join(given)}:"


def brief(value: Any) -> str:
    """An argument in a few words: a number, the shape of an array, the type of all else."""
    if getattr(value, "shape", ()):
        return f"{tuple(value.shape)}"
    if isinstance(value, tuple | list):
        text = f"[{', '.join(map(brief, value))}]"
        return text if len(text) < 60 else f"a {type(value).__name__} of {len(value)}"
    text = repr(value) if isinstance(value, int | float | str) else ""
    return text if 0 < len(text) < 40 else f"a {type(value).__name__}"


def judge(check: Check, answer: ModuleType, path: Path, tier: Any, seed: int) -> Verdict:
    """Run one check.

    Args:
        check: the check.
        answer: the loaded module.
        path: its file, whose lines an exception is traced to.
        tier: the adapter.
        seed: of the check's inputs.
    """
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            remark = check.run(answer, tier, seed)
    except Failed as failure:
        lines = [
            f"call      {failure.call}",
            *([f"with      {failure.given}"] if failure.given else []),
            f"expected  {failure.expected}",
            f"got       {failure.got}",
        ]
    except NotImplementedError as error:
        lines = format_exception(error, path)
        if len(lines) == 1 or "raise" in lines[0]:  # torch raises it, too
            line = lines[0].removeprefix("NotImplementedError: ")
            return Verdict(False, NOT_STARTED, check.name, [f"not written yet: {line}"])
    except Refused as refusal:
        return Verdict(False, check.stage, check.name, [str(refusal)])
    except BaseException as error:  # SystemExit and KeyboardInterrupt of the answer, too
        lines = [raising_call(error, path), *format_exception(error, path)]
    else:
        return Verdict(True, lines=[remark] if remark else [])
    return Verdict(False, check.stage, check.name, [line[: WIDTH + 10] for line in lines])


def defined(answer: ModuleType, names: Sequence[str]) -> Verdict:
    """Whether the answer has everything that is demanded."""
    missing = [name for name in names if not callable(getattr(answer, name, None))]
    if missing:
        lines = ["not written yet", f"the file defines no {' and no '.join(missing)}"]
        return Verdict(False, NOT_STARTED, "defined", lines)
    return Verdict(True)
