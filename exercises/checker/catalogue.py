"""Which exercises there are, and where the parts of each lie.

An exercise is its statement `NN_name.md` and, beside it, the folder `NN_name/` with all that
belongs to it: `checks.py`, `hints.md`, `starter_TIER.py`, `solution_TIER.py`, `mistakes.toml`, and
`alternatives.toml`, right answers written differently.
"""

import importlib
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

from common.runs.options import REPOSITORY
from data.errors import UserError

FOLDER = Path(__file__).resolve().parents[1]
WORK = FOLDER / "work"
LEVELS = ("basic", "intermediate", "advanced")
TIERS = ("numpy", "lowlevel", "paper")
# As the reader types it, who has started this one.
_OWN = Path(sys.executable or "python")  # a browser has no file of it
PYTHON = str(_OWN.relative_to(REPOSITORY)) if _OWN.is_relative_to(REPOSITORY) else "python"


@dataclass(frozen=True)
class Metadata:
    """What an exercise's checks say of it.

    Attributes:
        level: one of LEVELS.
        minutes: that a reader of the lesson needs, by our estimate.
        teaches: in a few words, for the table.
        names: of the classes and functions that an answer must define.
        refused: names of the libraries that would be the answer, such as "nn.Dropout", and whole
            modules that may not be imported, such as "sklearn".
        imports: the only libraries, besides Python's own, that may be imported; None: all others.
        shown: what is shown after a pass, by tier: file and name of the tier's own lines.
        questions: to think over after a pass.
        experiment: a command to try then.
        playground: the set-up of the page in play/ that shows it, as its address has it after #.
        in_browser: how the check in the browser differs from what the statement says.
        after: the exercises that it builds on, by their numbers.
        seconds: of wall clock that one check of an answer may take, from the moment it is loaded.
    """

    level: str
    minutes: int
    teaches: str
    names: tuple[str, ...]
    refused: tuple[str, ...]
    shown: dict[str, tuple[tuple[str, str], ...]]
    questions: tuple[str, str]
    experiment: str
    playground: str = ""
    in_browser: str = ""
    after: tuple[str, ...] = ()
    seconds: float = 20.0  # where a right answer needs less than one
    imports: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Exercise:
    """One exercise, by its full name, such as 01_add_dropout."""

    name: str

    @cached_property
    def checks(self) -> ModuleType:
        """The module that judges the answers."""
        return importlib.import_module(f"exercises.{self.name}.checks")

    @property
    def metadata(self) -> Metadata:
        return self.checks.METADATA

    @property
    def number(self) -> str:
        return self.name[:2]

    @property
    def statement(self) -> Path:
        return FOLDER / f"{self.name}.md"

    @property
    def folder(self) -> Path:
        """What belongs to it, besides the statement."""
        return FOLDER / self.name

    @property
    def tiers(self) -> tuple[str, ...]:
        """The tiers it can be done in, the first one being the default."""
        return tuple(tier for tier in TIERS if self.starter(tier).exists())

    def starter(self, tier: str) -> Path:
        return self.folder / f"starter_{tier}.py"

    def solution(self, tier: str) -> Path:
        return self.folder / f"solution_{tier}.py"

    def work(self, tier: str) -> Path:
        """Where the reader's own answer lies."""
        return WORK / f"{self.name}_{tier}.py"

    def hints(self) -> list[str]:
        """The hints, the vaguest first."""
        text = (self.folder / "hints.md").read_text(encoding="utf-8")
        return [part.strip() for part in text.split("\n## ")[1:]]


def all_exercises() -> list[Exercise]:
    """Every exercise, by number."""
    return [Exercise(path.stem) for path in sorted(FOLDER.glob("[0-9][0-9]_*.md"))]


def in_learning_order() -> list[Exercise]:
    """Every exercise after those that it builds on, otherwise by level and number."""
    waiting = sorted(all_exercises(), key=lambda e: (LEVELS.index(e.metadata.level), e.name))
    order: list[Exercise] = []
    while waiting:
        done = {exercise.number for exercise in order}
        ready = next(one for one in waiting if done.issuperset(one.metadata.after))
        waiting.remove(ready)
        order.append(ready)
    return order


def find_exercise(word: str) -> Exercise:
    """The exercise meant by its number or name.

    Raises:
        UserError: if there is none.
    """
    for exercise in all_exercises():
        if word.zfill(2) == exercise.number or word in (exercise.name, exercise.name[3:]):
            return exercise
    numbers = ", ".join(exercise.number for exercise in all_exercises())
    raise UserError(f"exercise {word}: must be one of {numbers}")
