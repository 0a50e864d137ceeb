"""The options of a train script: what is computed, on which data, and where the run is kept."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from common.configuration import (
    Configuration,
    TorchConfiguration,
)
from data.datasets import DATA_ROOT, DATASETS
from data.errors import UserError

REPOSITORY = Path(__file__).resolve().parents[2]

DatasetName = Literal[
    "mnist", "fashion-mnist", "digits", "xor", "moons", "circles", "spiral", "sine"
]


def _check_name(path: Any) -> Any:
    # To pathlib, no name at all is the working folder, which nobody means who gives "".
    if isinstance(path, str) and not path.strip():
        raise PydanticCustomError("folder", "Input should name a folder")
    return path


Folder = Annotated[Path, BeforeValidator(_check_name)]


class RunOptions(Configuration):
    """The options of tier 1's script, which those of tiers 2 and 3 have too."""

    dataset: DatasetName = Field("mnist", description="what to train on")
    data_root: Folder = Field(DATA_ROOT, description="folder that holds MNIST/raw")
    run_dir: Folder | None = Field(None, description="where the run is kept (runs/<tier> if None)")
    threads: int | None = Field(
        None, ge=1, le=1024, description="of the matrix products (what the libraries take if None)"
    )
    overwrite: bool = Field(False, description="replace the run that the run folder holds")
    resume: bool = Field(False, description="continue the run that the run folder holds")

    @model_validator(mode="after")
    def _check_data(self) -> "RunOptions":
        """What can be known before the data set is loaded."""
        description = DATASETS[self.dataset]
        self.check_data(self.dataset, description.train, description.classes)
        if self.resume and self.overwrite:
            raise UserError(
                "--resume and --overwrite: the one continues the run, the other replaces it;"
                " give one of them"
            )
        return self


class TorchRunOptions(TorchConfiguration, RunOptions):
    """The options of the scripts of tiers 2 and 3."""
