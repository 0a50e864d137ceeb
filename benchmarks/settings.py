"""What the commands of this folder share: their options, and the surroundings they record."""

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from common.configuration import REPOSITORY, option_name
from common.environment import environment
from common.errors import UserError
from common.run_folder import write_json
from data.mnist import Dataset, DatasetUnavailable, load_dataset

SCRIPTS = {
    "numpy": REPOSITORY / "numpy" / "train_numpy.py",
    "lowlevel": REPOSITORY / "pytorch_lowlevel" / "train_lowlevel.py",
    "paper": REPOSITORY / "paper" / "train_paper.py",
}
TIER_NAMES = {
    "numpy": "tier 1, NumPy",
    "lowlevel": "tier 2, raw tensors",
    "paper": "tier 3, nn.Module",
}
LIBRARIES = ("numpy", "torch", "torchvision", "scikit-learn", "jax", "keras")


class Options(BaseModel):
    """The options of every command; a value outside its limits is told in one line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path = Field(
        REPOSITORY / "runs" / "benchmarks", description="where results are written"
    )
    data_root: Path = Field(REPOSITORY / "data", description="folder that holds MNIST/raw")
    seed: int = Field(0, ge=0, lt=2**32, description="of the order of the measurements")

    @model_validator(mode="wrap")
    @classmethod
    def _explain(cls, values: Any, handler: Any) -> "Options":
        try:
            return handler(values)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            field = str(problem["loc"][0])
            limit = problem["msg"].removeprefix("Input should ")
            raise UserError(f"{option_name(field)} {problem['input']}: must {limit}") from None


class ProcessOptions(Options):
    """The options of the commands that measure in processes of their own."""

    threads: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="of the matrix products; the libraries' choice if None (JAX takes all cores)",
    )

    def child_environment(self) -> dict[str, str]:
        """This process's environment, with the number of threads that was asked for."""
        if self.threads is None:
            return dict(os.environ)
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        return {**os.environ, **dict.fromkeys(names, str(self.threads))}


def surroundings() -> dict[str, Any]:
    """Versions, processor and its number of cores; None for a library that is not installed."""
    return environment() | {name: installed_version(name) for name in LIBRARIES}


def installed_version(distribution: str) -> str | None:
    """The version of an installed library, None where it is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def load_mnist(options: Options) -> Dataset:
    """MNIST, downloaded where it is not on disk.

    Raises:
        UserError: where it can't be; says what to do.
    """
    try:
        return load_dataset("mnist", options.data_root)
    except DatasetUnavailable:
        folder = options.data_root / "MNIST" / "raw"
        raise UserError(
            f"MNIST is not in {folder} and cannot be downloaded: copy its four .gz files there,"
            " or name another folder with --data-root"
        ) from None


def save(options: Options, name: str, results: dict[str, Any]) -> Path:
    """Write a command's results, with its options and surroundings, as JSON; the file's path.

    Raises:
        UserError: where the folder cannot be written.
    """
    make_folder(options.folder)
    path = options.folder / f"{name}.json"
    content = {"options": options.model_dump(mode="json"), "environment": surroundings()}
    write_json(path, content | results)
    return path


def make_folder(folder: Path) -> None:
    """Make the folder of the results, before anything is measured that could not be kept."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"--folder {folder}: cannot be made ({error.strerror}); choose another"
        ) from None
