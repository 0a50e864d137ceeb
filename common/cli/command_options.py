"""What the commands share that keep results in a folder: experiments and benchmarks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import tyro

from common.options import Options, option
from common.runs.environment import environment
from common.runs.files import write_json
from data.datasets import DATA_ROOT
from data.errors import UserError

O = TypeVar("O", bound="CommandOptions")  # noqa: E741


class CommandOptions(Options):
    """The options of every such command."""

    folder: Path = option()
    """where results are kept"""
    data_root: Path = option(DATA_ROOT)
    """folder that holds MNIST/raw"""

    @classmethod
    def parse(cls: type[O], arguments: list[str], description: str | None, **defaults: Any) -> O:
        """Read the options from a command line, given what its own defaults are."""
        return tyro.cli(cls, args=arguments, description=description, default=cls(**defaults))

    def make_folder(self) -> None:
        """Make the folder. Raises UserError where that is not possible."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = f"cannot be made ({error.strerror}); choose another"
            raise UserError(f"--folder {self.folder}: {reason}") from None

    def save(self, name: str, results: Mapping[str, Any], **surroundings: Any) -> Path:
        """Write results as JSON, with the options and surroundings they were made with."""
        path = self.folder / f"{name}.json"
        about = {
            "options": self.as_json(),
            "environment": environment() | surroundings,
        }
        write_json(path, about | {"results": results})
        return path
