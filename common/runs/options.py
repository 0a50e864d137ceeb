"""The options of a train script: what is computed, on which data, and where the run is kept."""

from pathlib import Path
from typing import Literal

from common.configuration import Configuration, TorchConfiguration
from common.options import option
from data.datasets import DATA_ROOT, DATASETS
from data.errors import UserError

REPOSITORY = Path(__file__).resolve().parents[2]

DatasetName = Literal[
    "mnist", "fashion-mnist", "digits", "xor", "moons", "circles", "spiral", "sine"
]


class RunOptions(Configuration):
    """The options of tier 1's script, which those of tiers 2 and 3 have too."""

    dataset: DatasetName = option("mnist")
    """what to train on"""
    data_root: Path = option(DATA_ROOT)
    """folder that holds MNIST/raw"""
    run_dir: Path | None = option(None)
    """where the run is kept (runs/<tier> if None)"""
    threads: int | None = option(None, ge=1, le=1024)
    """of the matrix products (what the libraries take if None)"""
    overwrite: bool = option(False)
    """replace the run that the run folder holds"""
    resume: bool = option(False)
    """continue the run that the run folder holds"""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        # What can be known before the data set is loaded.
        description = DATASETS[self.dataset]
        self.check_data(self.dataset, description.train, description.classes)
        if self.resume and self.overwrite:
            raise UserError(
                "--resume and --overwrite: the one continues the run, the other replaces it;"
                " give one of them"
            )


class TorchRunOptions(TorchConfiguration, RunOptions):
    """The options of the scripts of tiers 2 and 3."""
