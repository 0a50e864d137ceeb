"""The files of a run folder, and how they are written so that a kill at any moment hurts none.

    config.json             options, tier and versions, written before the first step
    history.csv             one row per epoch
    checkpoint.safetensors  all that --resume needs, replaced after each epoch
    model.safetensors       the final parameters, by their state_dict names
    steps.csv               one row per step, written at the end
    test.json               the test set's loss and accuracy, written last: the run is finished

Every file is first written under another name and then renamed, which the file system does at
once or not at all: a file that has its final name is whole.
"""

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from common.keeping.options import RunOptions
from data.errors import UserError

O = TypeVar("O", bound=RunOptions)  # noqa: E741

CONFIG = "config.json"
HISTORY = "history.csv"
CHECKPOINT = "checkpoint.safetensors"
MODEL = "model.safetensors"
STEPS = "steps.csv"
TEST = "test.json"
FILES = (CONFIG, HISTORY, CHECKPOINT, MODEL, STEPS, TEST)
PARTIAL = ".partial"


def claim(folder: Path, resume: bool, overwrite: bool) -> bool:
    """Make sure that a run may be written into the folder, which is made if there is none.

    Returns:
        Whether the folder was made.

    Raises:
        UserError: where it holds a run already (or, with resume, none that can be continued), or
            cannot be written.
    """
    try:
        held = [name for name in FILES if (folder / name).exists()]
        _check_held(folder, held, resume, overwrite)
        made = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ("probe" + PARTIAL)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UserError(
            f"--run-dir {folder}: cannot be written ({error.strerror}); choose a folder that can"
        ) from None
    return made


def _check_held(folder: Path, held: list[str], resume: bool, overwrite: bool) -> None:
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


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        UserError: where it cannot be written; what stood there before still stands.
    """
    partial = path.with_name(path.name + PARTIAL)
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    except OSError as error:
        with suppress(OSError):  # the folder itself may be gone
            partial.unlink()
        raise UserError(
            f"cannot write {path}: {error.strerror}; make room or choose another --run-dir"
            " (what was written before is whole, and --resume continues from it)"
        ) from None


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file. Raises UserError as `write_file`."""
    write_file(path, (json.dumps(content, indent=2, default=str) + "\n").encode())


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV file; floats keep every bit. Raises UserError as `write_file`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_file(path, text.getvalue().encode())


@contextmanager
def _told(path: Path, missing: str) -> Iterator[None]:
    """Turn what goes wrong in reading a file of a run into one line."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{path} {missing}") from None
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}; check the path") from None
    except (SafetensorError, ValueError) as error:
        raise UserError(
            f"{path} is damaged ({error}); delete {path.parent} and train again"
        ) from None


def read_table(path: Path) -> dict[str, list[float]]:
    """Read a CSV file of numbers: its columns by name. Raises UserError as `read_json`."""
    with _told(path, missing="does not exist: the run is not finished"):
        with path.open(newline="") as file:
            header, *rows = list(csv.reader(file))
        columns = zip(*([float(cell) for cell in row] for row in rows), strict=True)
        return dict(zip(header, map(list, columns), strict=True))


def write_tensors(
    path: Path, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, Any]
) -> None:
    """Write arrays as safetensors with JSON metadata. Raises UserError as `write_file`."""
    contiguous = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    # ascontiguousarray makes a scalar an array of one entry; num_batches_tracked is a scalar.
    shaped = {name: contiguous[name].reshape(tensors[name].shape) for name in tensors}
    write_file(path, save(shaped, {"json": json.dumps(metadata, default=str)}))


def read_tensors(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read what `write_tensors` wrote: the arrays and the metadata.

    Raises:
        UserError: for a file that is missing, unreadable, truncated or not of this kind.
    """
    missing = "does not exist; train first, or name another folder"
    with _told(path, missing), safe_open(path, framework="numpy") as file:
        metadata = json.loads((file.metadata() or {}).get("json", "{}"))
        return {name: file.get_tensor(name) for name in file.keys()}, metadata  # noqa: SIM118


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file. Raises UserError where it is missing or damaged."""
    with _told(path, missing=f"does not exist: {path.parent} holds no such run"):
        content = json.loads(path.read_text())
        if not isinstance(content, dict):
            raise ValueError("no JSON object")
    return content


def read_options(folder: Path, options_class: type[O]) -> O:
    """The options of the run in a folder.

    Raises:
        UserError: where there is none, or it breaks the limits of today's options.
    """
    content = read_json(folder / CONFIG)
    # Where the folder lies now, and not how the run was begun: --resume rules out --overwrite.
    here = {"run_dir": folder, "overwrite": False, "resume": False}
    try:
        return options_class.model_validate(content["options"] | here)
    except (KeyError, TypeError, UserError) as error:
        raise UserError(
            f"{folder / CONFIG} is damaged ({error}); delete {folder} and train again"
        ) from None


def check_state(
    path: Path, state: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]
) -> None:
    """Refuse tensors that do not belong to the expected model or optimizer.

    Raises:
        UserError: names the first tensor that is missing, unexpected, of another shape or dtype.
    """
    for name in sorted(state.keys() | expected.keys()):
        if name not in state or name not in expected:
            what = "has no" if name not in state else "has an unexpected"
            raise UserError(
                f"{path} {what} tensor {name}: it is of another network or optimizer;"
                " use the options of the run that wrote it"
            )
    for name, tensor in expected.items():
        found = state[name]
        if found.shape != tensor.shape:
            raise UserError(
                f"{path} is of another network: {name} has shape {found.shape} instead of"
                f" {tensor.shape}; use the options of the run that wrote it"
            )
        if found.dtype != tensor.dtype:
            raise UserError(
                f"{path} holds {name} as {found.dtype} instead of {tensor.dtype};"
                f" use --dtype {found.dtype}"
            )
