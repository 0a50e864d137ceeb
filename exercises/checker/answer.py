"""An answer to an exercise: which exercise, in which tier, and its source."""

import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from data.errors import UserError
from exercises.checker.catalogue import TIERS, Exercise

# What a browser or a file manager adds to the name of a second copy.
COPY = re.compile(r"( ?\(\d+\)| - Copy.*| copy.*)$")


@dataclass(frozen=True)
class Answer:
    """An answer to be judged.

    Attributes:
        exercise: what it answers.
        tier: that it is written in.
        path: its file, as tracebacks and messages name it.
        source: what the file holds.
    """

    exercise: Exercise
    tier: str
    path: Path
    source: bytes

    @classmethod
    def read(cls, exercise: Exercise, path: Path) -> "Answer":
        """The answer in a file; the end of its name says the tier, NumPy where it says none.

        Raises:
            UserError: where the file cannot be read.
        """
        ending = COPY.sub("", path.stem).rpartition("_")[2]
        try:
            source = path.read_bytes()
        except OSError as error:
            raise UserError(f"{path}: cannot be read ({error.strerror})") from None
        return cls(exercise, ending if ending in TIERS else TIERS[0], path, source)

    def load(self) -> ModuleType:
        """Run it as a module, under a name that nothing else has."""
        specification = importlib.util.spec_from_loader(f"answer_{self.path.stem}", loader=None)
        assert specification
        module = importlib.util.module_from_spec(specification)
        module.__file__ = str(self.path)
        exec(compile(self.source, str(self.path), "exec"), vars(module))
        return module
