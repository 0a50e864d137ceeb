"""What a run folder holds, and who may write into it.

    config.json             options, tier and versions, written when the first step is made
    history.csv             one row per epoch
    checkpoint.safetensors  all that --resume needs, replaced after each epoch
    model.safetensors       the final parameters, by their state_dict names
    steps.csv               one row per step, written at the end
    test.json               the test set's loss and accuracy, written last: the run is finished
    .lock                   held by the process that writes here, and released when it ends
    .lock.holder            that process's number, for the message to others

Each file that is read to go on from carries its own checksum. The parts belong together, and say
so: a checkpoint knows the checksum of its config.json, and test.json those of all other files.
"""

import itertools
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from filelock import FileLock, Timeout

from common.runs.files import (
    FileDigest,
    as_user_error,
    check_digest,
    damaged,
    read_json,
    read_table,
    read_tensors,
    remove_partial_files,
    write_checked_json,
)
from common.runs.options import RunOptions, TorchRunOptions
from common.training import EPOCH_COLUMNS, StateMismatch, check_state
from data.datasets import DATASETS
from data.errors import UserError

O = TypeVar("O", bound=RunOptions)  # noqa: E741

CONFIG = "config.json"
HISTORY = "history.csv"
CHECKPOINT = "checkpoint.safetensors"
MODEL = "model.safetensors"
STEPS = "steps.csv"
TEST = "test.json"
FILES = (CONFIG, HISTORY, CHECKPOINT, MODEL, STEPS, TEST)
LOCK = ".lock"
HOLDER = ".lock.holder"  # Windows lets nobody read or write a file that is locked
STEP_COLUMNS = ("step", "epoch", "loss", "gradient_norm")


@dataclass(frozen=True)
class RunDescription:
    """config.json."""

    tier: str
    options: dict[str, Any]
    environment: dict[str, Any]


@dataclass(frozen=True)
class Result:
    """test.json: the test set's figures, and the digests of all other files."""

    test_loss: float
    test_accuracy: float | None  # None in regression
    files: dict[str, FileDigest]


def write_result(
    path: Path, test_loss: float, test_accuracy: float, files: Mapping[str, FileDigest]
) -> FileDigest:
    """Write test.json, which finishes the run. Returns and raises as `files.write_file`."""
    result = Result(test_loss, None if math.isnan(test_accuracy) else test_accuracy, dict(files))
    return write_checked_json(path, asdict(result))


def read_result(folder: Path) -> Result:
    """What test.json says. Raises UserError where it is missing or damaged."""
    path, missing = folder / TEST, "does not exist: the run is not finished"
    content = read_json(path, missing)
    with as_user_error(path):
        loss, accuracy = content["test_loss"], content["test_accuracy"]
        return Result(
            float(loss),
            None if accuracy is None else float(accuracy),
            {name: FileDigest(**digest) for name, digest in content["files"].items()},
        )


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Keep the folder, which is made if there is none, for this process alone.

    Raises:
        UserError: where another process keeps it (named by its number), or it cannot be written.
    """
    path, holder = folder / LOCK, folder / HOLDER
    try:
        made = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        # Not at once: whoever has just got the lock is about to write its number.
        file_lock = FileLock(path, timeout=0.1)
        file_lock.acquire()
    except Timeout:
        raise UserError(
            f"--run-dir {folder}: {_read_holder(holder)} is using it; wait until it has ended, or"
            " choose another folder"
        ) from None
    except OSError as error:
        raise UserError(
            f"--run-dir {folder}: cannot be written ({error.strerror}); choose a folder that can"
        ) from None
    try:
        # Without the number, too, as on a full disk, the folder is kept.
        with suppress(OSError):
            # A new file: what lies there may be a link to another run's.
            holder.unlink(missing_ok=True)
            holder.write_text(f"{os.getpid()}\n")
        remove_partial_files(folder, FILES)
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        # Where the run ended before it wrote anything, leave nothing. (Fails where others did.)
        unused = made and not any((folder / name).exists() for name in FILES)
        with suppress(OSError):
            if unused:
                path.unlink()
        file_lock.release()
        with suppress(OSError):
            if unused:
                folder.rmdir()


def _read_holder(path: Path) -> str:
    """The process that keeps this folder, by its number."""
    try:
        return f"process {int(path.read_text())}"
    except (OSError, ValueError):
        return "another process"


def ensure_writable(folder: Path, resume: bool, overwrite: bool) -> None:
    """Make sure that a run may be written into a folder that this process keeps.

    Raises:
        UserError: where it holds a run already (or, with resume, none that can be continued).
    """
    held = [name for name in FILES if (folder / name).exists()]
    if resume:
        if TEST in held:
            raise UserError(
                f"--resume: the run in {folder} is finished; start another one with --run-dir,"
                " or this one anew with --overwrite"
            )
        if CHECKPOINT not in held:
            raise UserError(
                f"--resume: {folder} holds no checkpoint yet; start anew with --overwrite"
            )
    elif held and not overwrite:
        raise UserError(
            f"--run-dir {folder}: holds a run already ({held[0]}); --overwrite replaces it,"
            " --resume continues it if it is unfinished, another --run-dir keeps it"
        )


def clear(folder: Path) -> None:
    """Remove the run that a folder holds. Raises UserError where a file cannot be removed."""
    # test.json first: without it, what is left is never taken for a finished run.
    for name in reversed(FILES):
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise UserError(
                f"cannot replace {folder / name}: {error.strerror}; remove it, or choose"
                " another --run-dir"
            ) from None


def read_description(folder: Path) -> RunDescription:
    """What config.json says. Raises UserError where it is missing or damaged."""
    path = folder / CONFIG
    content = read_json(path, f"does not exist: {folder} holds no such run")
    with as_user_error(path):
        return RunDescription(**content)


def read_options(folder: Path, options_class: type[O]) -> O:
    """The options of the run in a folder.

    Raises:
        UserError: where there is none, or it breaks the limits of today's options.
    """
    description = read_description(folder)
    # Where the folder lies now, and not how the run was begun: --resume rules out --overwrite.
    here = {"run_dir": folder, "overwrite": False, "resume": False}
    with as_user_error(folder / CONFIG):
        values = description.options | here
    try:
        return options_class.from_values(values)
    except UserError as error:
        raise damaged(folder / CONFIG, error) from None


class FinishedRun:
    """A finished run, read from its folder; every file is as the run wrote it.

    Attributes:
        tier: its name.
        options: those of tiers 2 and 3, with their defaults for a run of tier 1.
        history: the columns of history.csv.
        steps: the columns of steps.csv.
        weights: the final parameters and buffers by name.
        test: the test set's figures.

    Raises:
        UserError: where there is no finished run, a file is damaged or of another run, or the
            weights are not those of a network with these options, or not finite.
    """

    def __init__(self, folder: Path) -> None:
        missing = "does not exist: the run is not finished"
        self.folder = folder
        self.tier = read_description(folder).tier
        self.options = read_options(folder, TorchRunOptions)
        self.test = read_result(folder)
        for name in FILES[:-1]:
            with as_user_error(folder / TEST):
                digest = self.test.files[name]
            check_digest(folder / name, digest, missing)
        self.history = read_table(folder / HISTORY, EPOCH_COLUMNS, missing)
        self.steps = read_table(folder / STEPS, STEP_COLUMNS, missing)
        self.weights, _ = read_tensors(folder / MODEL, missing)
        try:
            check_state(self.weights, expected_weights(self.options))
        except StateMismatch as error:
            raise damaged(folder / MODEL, error) from None
        for name, array in self.weights.items():
            if not np.isfinite(array).all():
                raise damaged(folder / MODEL, f"{name} is not finite")


def expected_weights(options: RunOptions) -> dict[str, np.ndarray]:
    """Arrays with the names, shapes and types of the network's parameters and buffers.

    They share one zero each: however wide the network is, they take no memory.
    """
    description = DATASETS[options.dataset]
    sizes = options.layer_sizes(description.inputs, description.classes)
    layers_per_width = 2 + options.batch_norm + bool(options.dropout)
    shapes: dict[str, tuple[int, ...]] = {}
    for i, (d_in, d_out) in enumerate(itertools.pairwise(sizes)):
        linear, norm = (f"layers.{i * layers_per_width + j}" for j in (0, 1))
        shapes[f"{linear}.weight"] = (d_out, d_in)
        if options.batch_norm and i < len(options.hidden):
            columns = ("weight", "bias", "running_mean", "running_var")
            shapes |= {f"{norm}.{name}": (d_out,) for name in columns}
            shapes[f"{norm}.num_batches_tracked"] = ()
        else:
            shapes[f"{linear}.bias"] = (d_out,)
    return {
        name: np.broadcast_to(np.zeros((), options.dtype if shape else np.int64), shape)
        for name, shape in shapes.items()
    }
