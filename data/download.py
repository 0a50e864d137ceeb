"""Puts the files of a dataset into a folder: downloads their archives, checks and extracts them."""

import gzip
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from data.errors import DatasetUnavailable, UserError, one_line

# A mirror that stays silent for so long has failed. It limits each silence, not the whole
# download, which may be slow.
ANSWER_SECONDS = 8.0


def fetch(
    title: str,
    checksums: Mapping[str, str],
    mirrors: Sequence[str],
    folder: Path,
    answer_seconds: float = ANSWER_SECONDS,
) -> None:
    """Make sure that each file named in `checksums` lies in `folder`, extracted from `file`.gz.

    `checksums` gives each archive's checksum as "algorithm:digest". An archive that lies in
    `folder` intact is only extracted; any other is downloaded from the first of the `mirrors`
    (addresses that end in a slash) that has it. Where all files are there, they are not looked
    into and nothing is written.

    Raises DatasetUnavailable where an archive is missing or damaged and cannot be downloaded, and
    UserError where the folder cannot be read or written.
    """
    try:
        missing = [file for file in checksums if not (folder / file).exists()]
        if not missing:
            return
        folder.mkdir(parents=True, exist_ok=True)
        archives = {f"{file}.gz": checksums[file] for file in missing}
        _download(title, archives, mirrors, folder, answer_seconds)
        # Whatever ends this process early, no half-written file has its final name.
        with tempfile.TemporaryDirectory(dir=folder, prefix="incomplete-") as staging:
            for file in missing:
                partial = Path(staging) / file
                with gzip.open(folder / f"{file}.gz") as packed, partial.open("xb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)
                os.replace(partial, folder / file)
    except OSError as error:
        raise UserError(
            f"{folder} cannot be read or written ({error.strerror or error}): change its"
            " permissions, make room on the disk, or name another data folder"
        ) from error


def _download(
    title: str,
    archives: Mapping[str, str],
    mirrors: Sequence[str],
    folder: Path,
    answer_seconds: float,
) -> None:
    """Download the archives that do not lie in the folder intact."""
    if all(_is_intact(folder / archive, archives[archive]) for archive in archives):
        return
    # These take a fifth of a second to import: only for those who download.
    import pooch
    from requests.exceptions import RequestException

    with suppress(OSError):  # a notice that cannot be written stops nothing
        print(one_line(f"downloading {title} into {folder} ..."), file=sys.stderr, flush=True)
    pooch.get_logger().setLevel("ERROR")
    # The archive itself is wanted, not what a server or requests might unpack from it.
    headers = {"Accept-Encoding": "identity"}
    downloader: Any = pooch.HTTPDownloader(
        timeout=answer_seconds, chunk_size=2**16, headers=headers
    )
    reasons = []
    for mirror in mirrors:
        for archive, checksum in archives.items():
            try:
                # Keeps what is there intact; else writes under another name, checks, and renames.
                pooch.retrieve(mirror + archive, checksum, archive, folder, downloader=downloader)
            except RequestException as error:
                reasons.append(f"{archive}: {_cause(error)}")
                break
            except ValueError:
                reasons.append(f"{archive}: it arrived damaged")
                break
        else:
            return
    state = f"{title} is not in {folder}"
    for archive, checksum in archives.items():
        if (folder / archive).exists() and not _is_intact(folder / archive, checksum):
            state = f"{folder / archive} is damaged"
    raise DatasetUnavailable(
        f"{state} and could not be downloaded ({'; '.join(dict.fromkeys(reasons))}): copy the four"
        " .gz files there"
    )


def _is_intact(path: Path, checksum: str) -> bool:
    if not path.is_file():
        return False
    algorithm, _, digest = checksum.partition(":")
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest() == digest


def _cause(error: BaseException) -> str:
    """What began it, in one line: requests wraps "Connection refused" in three layers."""
    inner = (layer for layer in (error.__cause__, *error.args) if isinstance(layer, BaseException))
    wrapped = next(inner, None)
    return one_line(error) if wrapped is None else _cause(wrapped)
