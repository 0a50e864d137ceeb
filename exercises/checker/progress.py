"""What the reader has done so far, kept in `exercises/work/progress.json`."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass

from exercises.checker import catalogue
from exercises.checker.catalogue import Exercise

HINT_AFTER = 3


@dataclass
class ExerciseProgress:
    """Of one exercise in one tier.

    Attributes:
        passed: whether an answer has passed.
        failures: failed checks since the last pass or start.
        hints: how many hints have been shown.
    """

    passed: bool = False
    failures: int = 0
    hints: int = 0


class Progress:
    """The file, reread each time; a damaged one counts as empty."""

    def __init__(self) -> None:
        self.path = catalogue.WORK / "progress.json"

    def of(self, exercise: Exercise, tier: str) -> ExerciseProgress:
        """What is known of an exercise."""
        with suppress(KeyError, TypeError):
            return ExerciseProgress(**self._all()[f"{exercise.name}_{tier}"])
        return ExerciseProgress()

    def keep(self, exercise: Exercise, tier: str, done: ExerciseProgress) -> None:
        """Write it down."""
        everything = self._all() | {f"{exercise.name}_{tier}": asdict(done)}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(everything, indent=2) + "\n", encoding="utf-8")

    def _all(self) -> dict:
        with suppress(OSError, ValueError):
            read = json.loads(self.path.read_text(encoding="utf-8"))
            if isinstance(read, dict):
                return read
        return {}
