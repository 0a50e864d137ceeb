"""Files that are whole or not there, and that say whether they still are what was written.

A file is first written under a name that nobody can know beforehand, forced to the disk, and then
renamed, which the file system does at once or not at all. Arrays carry the SHA-256 of their
contents.
"""

import csv
import hashlib
import io
import itertools
import json
import os
import secrets
import stat
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from data.errors import UserError, one_line

PARTIAL = ".partial"
# The types of what we write, as safetensors names them.
DTYPES = {"float32": "F32", "float64": "F64", "int64": "I64"}
# No JSON file of ours comes near; a larger one is not read into memory.
LARGEST_JSON = 2**24
# What comes of contents that are not what was written.
_DAMAGE = (
    *(ValueError, TypeError, AttributeError, OverflowError, RecursionError),
    *(SafetensorError, csv.Error),
)


@dataclass(frozen=True)
class FileDigest:
    """By what a file is known to be the one that was written."""

    bytes: int
    sha256: str


def file_digest(path: Path) -> FileDigest:
    """The digest of the file as it is now. Raises UserError where it cannot be read."""
    with as_user_error(path), path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return FileDigest(file.tell(), sha256)


def write_file(path: Path, parts: Iterable[bytes | memoryview]) -> FileDigest:
    """Write a file whole or not at all. A link at this path is replaced, not followed.

    Args:
        parts: its contents, one after the other.

    Returns:
        The digest of what was written.

    Raises:
        UserError: where it cannot be written; what stood there before still stands.
    """
    digest = hashlib.sha256()
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}{PARTIAL}")
    try:
        with open(partial, "xb") as file:  # x: fails where anything has this name, a link too
            for part in parts:
                digest.update(part)
                file.write(part)
            size = file.tell()
            file.flush()
            os.fsync(file.fileno())
        _replace(partial, path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):  # the folder itself may be gone
            partial.unlink()
        raise UserError(
            f"cannot write {path}: {error.strerror}; make room or choose another folder"
        ) from None
    return FileDigest(size, digest.hexdigest())


def _replace(partial: Path, path: Path) -> None:
    # Windows refuses for as long as another process, such as compare.py, reads the file.
    for pause in (0.01, 0.02, 0.05, 0.1, 0.2):
        try:
            return os.replace(partial, path)
        except PermissionError:
            time.sleep(pause)
    return os.replace(partial, path)


def _sync_folder(folder: Path) -> None:
    # So that the new name survives a power cut, too. Windows opens no folders.
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_partial_files(folder: Path, names: Sequence[str]) -> None:
    """Remove what a killed process left half-written of files with these names."""
    for name in names:
        for path in folder.glob(f".{name}.{'[0-9a-f]' * 16}{PARTIAL}"):
            with suppress(OSError):  # nobody reads it: it may stay
                path.unlink()


def write_json(path: Path, content: Mapping[str, Any]) -> FileDigest:
    """Write a JSON file. Returns and raises as `write_file`."""
    return write_file(path, [(json.dumps(content, indent=2) + "\n").encode()])


def write_checked_json(path: Path, content: Mapping[str, Any]) -> FileDigest:
    """Write JSON with its own checksum, for `read_json`. Returns and raises as `write_file`."""
    return write_json(path, {**content, "sha256": _json_checksum(content)})


def _json_checksum(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> FileDigest:
    """Write a CSV file; floats keep every bit. Returns and raises as `write_file`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return write_file(path, [text.getvalue().encode()])


def write_tensors(
    path: Path, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, Any]
) -> FileDigest:
    """Write arrays as safetensors, with JSON metadata and a checksum of both in the header.

    The library's own writer copies all arrays first, and ends the process where it cannot. The
    format is the length of a JSON header, the header, and the arrays end to end.

    Returns and raises as `write_file`.
    """
    text = json.dumps(metadata)
    header: dict[str, Any] = {"__metadata__": {"json": text, "sha256": _checksum(tensors, text)}}
    names = sorted(tensors, key=lambda name: (-tensors[name].itemsize, name))  # each is aligned
    end = 0
    for name in names:
        start, end = end, end + tensors[name].nbytes
        header[name] = {
            "dtype": DTYPES[tensors[name].dtype.name],
            "shape": tensors[name].shape,
            "data_offsets": (start, end),
        }
    first = json.dumps(header).encode()
    first += b" " * (-len(first) % 8)
    arrays = (np.ascontiguousarray(tensors[name]).data for name in names)
    return write_file(path, itertools.chain([len(first).to_bytes(8, "little"), first], arrays))


def _checksum(tensors: Mapping[str, np.ndarray], text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {tensor.shape}".encode())
        digest.update(np.ascontiguousarray(tensor).data)
    return digest.hexdigest()


def read_json(path: Path, missing: str) -> dict[str, Any]:
    """What `write_checked_json` wrote.

    Args:
        missing: what a missing file means, as the end of a sentence that begins with its path.

    Raises:
        UserError: where it is missing, cannot be read, or was changed.
    """
    with as_user_error(path, missing):
        size = _size(path)
        if size > LARGEST_JSON:
            raise ValueError(f"it has {size:,} bytes, and at most {LARGEST_JSON:,} are expected")
        content = json.loads(path.read_bytes())
        if content.pop("sha256") != _json_checksum(content):
            raise ValueError("its SHA-256 is wrong")
        return content


def check_digest(path: Path, expected: FileDigest, missing: str) -> None:
    """Refuse a file that is not the one of this digest.

    Raises:
        UserError: where it is missing, cannot be read, or is another.
    """
    with as_user_error(path, missing):
        size = _size(path)
        # The size first: whatever lies there, no more is read than was written.
        if size != expected.bytes:
            raise ValueError(f"it has {size:,} bytes instead of {expected.bytes:,}")
        if file_digest(path) != expected:
            raise ValueError("its SHA-256 is wrong")


def _size(path: Path) -> int:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "it is not a file")
    return status.st_size


def read_table(path: Path, columns: Sequence[str], missing: str) -> dict[str, list[float]]:
    """The columns of a CSV file of numbers, by name.

    Raises:
        UserError: where it is missing or cannot be read, its columns are not these, or a cell is
            no number.
    """
    with as_user_error(path, missing):
        _size(path)
        header, *rows = list(csv.reader(io.StringIO(path.read_bytes().decode())))
        if tuple(header) != tuple(columns):
            raise ValueError(f"its columns are not {', '.join(columns)}")
        table = list(zip(*([float(cell) for cell in row] for row in rows), strict=True))
        return dict(zip(columns, map(list, table or [()] * len(columns)), strict=True))


def read_tensors(path: Path, missing: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """What `write_tensors` wrote: the arrays and the metadata.

    Raises:
        UserError: for a file that is missing, unreadable, not of this kind, or changed.
    """
    with as_user_error(path, missing):
        _size(path)
        path.open("rb").close()  # the library's error does not say why a file cannot be opened
        with safe_open(path, framework="numpy", backend="pread") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        text = header.get("json", "")
        if header.get("sha256") != _checksum(tensors, text):
            raise ValueError("its SHA-256 is wrong")
        return tensors, json.loads(text)


def damaged(path: Path, reason: object) -> UserError:
    """The error for a file that is there, and is not what was written."""
    return UserError(
        f"{path} is damaged ({one_line(reason, 120)}); delete {path.parent} and train again"
    )


@contextmanager
def as_user_error(path: Path, missing: str = "does not exist") -> Iterator[None]:
    """Turn what goes wrong in reading a file, or in using its contents, into one line."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{path} {missing}") from None
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}; check the path") from None
    except KeyError as error:
        raise damaged(path, f"it has no {error}") from None
    except _DAMAGE as error:
        raise damaged(path, error) from None
