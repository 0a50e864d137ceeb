"""Puts the files of MNIST or Fashion-MNIST where `data.mnist` reads them.

    python -m data.download mnist data

torchvision downloads, verifies (MD5) and extracts them into `data/MNIST/raw`. Archives that lie
there already, intact, are only extracted. `data.mnist` runs this as a child process, so that
torch, which torchvision imports, stays out of the process that trains.
"""

import argparse
import http.client
import os
import queue
import socket
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from common.errors import UserError
from data.mnist import (
    DATASETS,
    EXIT_BAD_SURROUNDINGS,
    EXIT_UNAVAILABLE,
    DatasetUnavailable,
    raw_folder,
)

# A network that stays silent for so long counts as none. It limits each silence, not the whole
# download, which may be slow.
ANSWER_SECONDS = 8.0


def fetch(name: str, root: Path, answer_seconds: float = ANSWER_SECONDS) -> None:
    """Extract the files of dataset `name` into its folder under `root`, downloading what lacks.

    Sets the process's default socket timeout to `answer_seconds`: torchvision sets none.

    Raises DatasetUnavailable where an archive is missing and cannot be downloaded, and UserError
    where it is damaged and cannot be downloaded again, or the folder cannot be read or written.
    """
    socket.setdefaulttimeout(answer_seconds)
    raw = raw_folder(DATASETS[name], root)
    try:
        raw.mkdir(parents=True, exist_ok=True)
        # Whatever ends this process early, no half-written file gets its final name.
        with tempfile.TemporaryDirectory(dir=raw, prefix="incomplete-") as staging:
            _fetch_into(raw, Path(staging), name, answer_seconds)
    except OSError as error:
        raise UserError(
            f"{raw} cannot be read or written ({_one_line(error)}): change its permissions, "
            "make room on the disk, or name another data folder"
        ) from error


def _fetch_into(raw: Path, staging: Path, name: str, answer_seconds: float) -> None:
    import torchvision.datasets  # takes seconds: after the folder is known to be writable
    from torchvision.datasets.utils import check_integrity, extract_archive

    title = DATASETS[name].torchvision_class
    source = getattr(torchvision.datasets, title)
    extracted = {file: file.removesuffix(".gz") for file, _ in source.resources}
    wanted = {file: md5 for file, md5 in source.resources if not (raw / extracted[file]).exists()}
    absent = {file: md5 for file, md5 in wanted.items() if not check_integrity(raw / file, md5)}
    try:
        if absent:
            print(f"downloading {title} into {raw} ...", flush=True)
            _download(absent, source.mirrors, staging, answer_seconds)
    except _DownloadError as failure:
        damaged = [file for file in absent if (raw / file).exists()]
        if damaged:
            raise UserError(
                f"{raw / damaged[0]} is damaged (its MD5 is wrong) and could not be downloaded "
                f"again ({failure}): delete the file or copy it anew"
            ) from failure
        raise DatasetUnavailable(
            f"{title} is not in {raw} and could not be downloaded ({failure}): "
            "copy the four .gz files there, or train on --dataset digits"
        ) from failure

    for file in wanted:
        if file in absent:
            os.replace(staging / file, raw / file)
        extract_archive(raw / file, staging)
        os.replace(staging / extracted[file], raw / extracted[file])


class _DownloadError(Exception):
    """No mirror gave the file; the message says why."""


def _download(
    md5_of_file: dict[str, str], mirrors: Sequence[str], folder: Path, answer_seconds: float
) -> None:
    """Download each file into `folder` from the first mirror that has it with the right MD5.

    Raises _DownloadError where no mirror answers in `answer_seconds`, or none has a file.
    """
    from torchvision.datasets.utils import download_url

    answering = _first_to_answer(mirrors, next(iter(md5_of_file)), answer_seconds)
    mirrors = sorted(mirrors, key=lambda mirror: mirror != answering)
    for file, md5 in md5_of_file.items():
        for mirror in mirrors:
            try:
                download_url(mirror + file, folder, md5=md5)
                break
            # torchvision's own loop over the mirrors stops at a time-out; this one goes on.
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                failure = _one_line(error)
        else:
            raise _DownloadError(f"{file}: {failure}")


def _first_to_answer(mirrors: Sequence[str], file: str, answer_seconds: float) -> str:
    """Return the mirror that is the first to say that it has `file`.

    Raises _DownloadError where all refuse, or none has answered after `answer_seconds`.
    """
    answers: queue.SimpleQueue[tuple[str, str | None]] = queue.SimpleQueue()

    def ask(mirror: str) -> None:
        request = urllib.request.Request(mirror + file, method="HEAD")
        try:
            # The deadline below is to end a silence, so this time-out must come after it.
            urllib.request.urlopen(request, timeout=2 * answer_seconds).close()
            answers.put((mirror, None))
        except (OSError, http.client.HTTPException) as error:
            answers.put((mirror, _one_line(error)))

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
    # Without a network each mirror fails for the same reason: told once.
    raise _DownloadError("; ".join(dict.fromkeys(refusals)))


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def main() -> int:
    """Read the command line, fetch, and return the exit code."""
    downloadable = [name for name in DATASETS if DATASETS[name].torchvision_class]
    parser = argparse.ArgumentParser(prog="python -m data.download", description=__doc__)
    parser.add_argument("name", choices=downloadable)
    parser.add_argument("root", type=Path, help="the data folder")
    arguments = parser.parse_args()
    try:
        fetch(arguments.name, arguments.root)
    except UserError as error:
        print(error, file=sys.stderr)
        unavailable = isinstance(error, DatasetUnavailable)
        return EXIT_UNAVAILABLE if unavailable else EXIT_BAD_SURROUNDINGS
    return 0


if __name__ == "__main__":
    sys.exit(main())
