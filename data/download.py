"""Puts the files of a dataset into a folder: downloads their archives, checks and extracts them."""

import gzip
import hashlib
import os
import queue
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from data.errors import DatasetUnavailable, UserError, one_line

if TYPE_CHECKING:
    from rich.progress import Progress

# A network that stays silent for so long counts as none. It limits each silence, not the whole
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
    (addresses that end in a slash) that answers and has it. Where all files are there, they are
    not looked into and nothing is written.

    Raises DatasetUnavailable where an archive is missing and cannot be downloaded, and UserError
    where it is damaged and cannot be downloaded again, or the folder cannot be read or written.
    """
    try:
        missing = [file for file in checksums if not (folder / file).exists()]
        if not missing:
            return
        folder.mkdir(parents=True, exist_ok=True)
        # A folder that nobody else can have made or name: whatever ends this process early, no
        # half-written file gets its final name, and no link leads out of it.
        with (
            _one_at_a_time(folder),
            tempfile.TemporaryDirectory(dir=folder, prefix="incomplete-") as staging,
        ):
            wanted = {file: checksums[file] for file in missing if not (folder / file).exists()}
            _fetch_missing(title, wanted, mirrors, folder, Path(staging), answer_seconds)
    except OSError as error:
        reason = one_line(error.strerror or error)
        raise UserError(
            f"{folder} cannot be read or written ({reason}): change its permissions, "
            "make room on the disk, or name another data folder"
        ) from error


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Of several processes one downloads; the others wait, and find the files."""
    path = folder / ".lock"
    with FileLock(path):
        try:
            yield
        finally:
            with suppress(OSError):  # on Windows it is held open
                path.unlink()


def _fetch_missing(
    title: str,
    wanted: Mapping[str, str],
    mirrors: Sequence[str],
    folder: Path,
    staging: Path,
    answer_seconds: float,
) -> None:
    absent = {
        f"{file}.gz": checksum
        for file, checksum in wanted.items()
        if not _is_intact(folder / f"{file}.gz", checksum)
    }
    try:
        if absent:
            with suppress(OSError):  # a notice that cannot be written stops nothing
                print(
                    one_line(f"downloading {title} into {folder} ..."), file=sys.stderr, flush=True
                )
            _download(absent, mirrors, staging, answer_seconds)
    except _DownloadError as failure:
        damaged = [archive for archive in absent if (folder / archive).exists()]
        if damaged:
            algorithm = absent[damaged[0]].partition(":")[0].upper()
            raise UserError(
                f"{folder / damaged[0]} is damaged (its {algorithm} is wrong) and could not be "
                f"downloaded again ({failure}): delete the file or copy it anew"
            ) from failure
        raise DatasetUnavailable(
            f"{title} is not in {folder} and could not be downloaded ({failure}): "
            "copy the four .gz files there, or train on --dataset digits"
        ) from failure

    for archive in absent:
        os.replace(staging / archive, folder / archive)
    for file in wanted:
        with gzip.open(folder / f"{file}.gz") as packed, open(staging / file, "xb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
            unpacked.flush()
            os.fsync(unpacked.fileno())  # a power cut must not leave the name without the bytes
        os.replace(staging / file, folder / file)


def _is_intact(path: Path, checksum: str) -> bool:
    if not path.is_file():
        return False
    algorithm, _, digest = checksum.partition(":")
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest() == digest


class _DownloadError(Exception):
    """No mirror gave the file; the message says why."""


def _download(
    checksums: Mapping[str, str], mirrors: Sequence[str], folder: Path, answer_seconds: float
) -> None:
    """Download each archive into `folder` from the first mirror that has it intact.

    Raises _DownloadError where no mirror answers in `answer_seconds`, or none has an archive.
    """
    # These take a fifth of a second to import: only for those who download.
    from pooch import HTTPDownloader
    from requests.exceptions import RequestException
    from rich.console import Console
    from rich.progress import Progress

    answering = _first_to_answer(mirrors, next(iter(checksums)), answer_seconds)
    mirrors = sorted(mirrors, key=lambda mirror: mirror != answering)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as display:
        for archive, checksum in checksums.items():
            bar = _Bar(display, archive)
            downloader = HTTPDownloader(
                progressbar=bar,
                chunk_size=2**16,
                timeout=answer_seconds,
                # The archive itself is wanted, not what a server or requests might unpack from it.
                headers={"Accept-Encoding": "identity"},
            )
            failures = []
            for mirror in mirrors:
                try:
                    downloader(mirror + archive, str(folder / archive), None)
                except RequestException as error:
                    failures.append(_cause(error))
                    continue
                if _is_intact(folder / archive, checksum):
                    break
                failures.append("it arrived damaged")
            else:
                raise _DownloadError(f"{archive}: {_unique(failures)}")


class _Bar:
    """One line of a rich display, with the methods that pooch calls on a progress bar."""

    def __init__(self, display: "Progress", title: str) -> None:
        self.display = display
        self.task = display.add_task(title, total=None)

    def _set_total(self, count: int) -> None:
        self.display.reset(self.task, total=count)

    total = property(fset=_set_total)

    def update(self, count: int) -> None:
        self.display.advance(self.task, count)

    def reset(self) -> None:
        self.display.reset(self.task)

    def close(self) -> None:
        self.display.stop_task(self.task)


def _first_to_answer(mirrors: Sequence[str], archive: str, answer_seconds: float) -> str:
    """Return the mirror that is the first to say that it has `archive`.

    Raises _DownloadError where all refuse, or none has answered after `answer_seconds`.
    """
    from pooch import HTTPDownloader

    # The deadline below is to end a silence, so this time-out must come after it.
    downloader = HTTPDownloader(timeout=2 * answer_seconds)
    answers: queue.SimpleQueue[tuple[str, str | None]] = queue.SimpleQueue()

    def ask(mirror: str) -> None:
        try:
            has_it = downloader(mirror + archive, None, None, check_only=True)
            answers.put((mirror, None if has_it else f"{mirror} does not have {archive}"))
        except Exception as error:  # whatever it is, the others may still answer
            answers.put((mirror, _cause(error)))

    # Threads, because no time-out reaches the look-up of a host's address; daemons, because such
    # a look-up would keep the process from ending.
    for mirror in mirrors:
        threading.Thread(target=ask, args=(mirror,), daemon=True).start()
    deadline = time.monotonic() + answer_seconds
    refusals = []
    for _ in mirrors:
        try:
            mirror, refusal = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            silence = f"the network did not answer within {answer_seconds:g} s"
            raise _DownloadError(silence) from None
        if refusal is None:
            return mirror
        refusals.append(refusal)
    raise _DownloadError(_unique(refusals))


def _cause(error: BaseException) -> str:
    """Return in one line what began it: requests wraps "Connection refused" in three layers."""
    wrapped = [error.__cause__, *error.args]
    inner = next((layer for layer in wrapped if isinstance(layer, BaseException)), None)
    return _one_line(error) if inner is None else _cause(inner)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _unique(reasons: Sequence[str]) -> str:
    """Join the reasons; without a network each mirror fails for the same one."""
    return "; ".join(dict.fromkeys(reasons))
