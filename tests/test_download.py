"""Downloading: what it leaves on disk, and what it says when it cannot."""

import gzip
import hashlib
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torchvision.datasets
from idx_files import tells

from data.datasets import DATA_ROOT, DatasetUnavailable, load_dataset
from data.download import fetch
from data.errors import UserError
from data.mnist import SHAPES, SOURCES, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES

ARCHIVES = {f"{file}.gz": gzip.compress(file.encode() * 50) for file in SHAPES}
CHECKSUMS = {file: f"md5:{hashlib.md5(ARCHIVES[f'{file}.gz']).hexdigest()}" for file in SHAPES}
OTHERS = {archive: gzip.compress(b"other") for archive in ARCHIVES}

Respond = Callable[[BaseHTTPRequestHandler, bytes], None]


def write_at_once(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.wfile.write(body)


def cut_short(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.wfile.write(body[:-1])


def drip(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    for start in range(0, len(body), 10):
        handler.wfile.write(body[start : start + 10])
        handler.wfile.flush()
        time.sleep(0.1)


def stall(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.wfile.write(body[:5])
    handler.wfile.flush()
    handler.server.closing.wait(60)


@contextmanager
def mirror(
    files: dict[str, bytes], respond: Respond = write_at_once
) -> Iterator[tuple[str, list[str]]]:
    """Serve `files` by HTTP on the loopback; yield the address and the list of requests so far.

    `respond` writes the body of an answer.
    """
    requests = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path.removeprefix("/"))
            body = files.get(self.path.removeprefix("/"))
            if body is None or self.headers["Accept-Encoding"] != "identity":
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            respond(self, body)

        def log_message(self, *_) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.closing = threading.Event()
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", requests
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


def closed_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("NO_PROXY", "*")


def fetch_tiny(folder: Path, *mirrors: str) -> None:
    """Fetch four small files, with little patience."""
    fetch("Tiny", CHECKSUMS, mirrors, folder, answer_seconds=0.3)


def put_archives(folder: Path) -> None:
    for archive, body in ARCHIVES.items():
        (folder / archive).write_bytes(body)


def assert_tiny_is_extracted(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {*SHAPES, *ARCHIVES}
    for file in SHAPES:
        assert (folder / file).read_text() == file * 50


# --- what succeeds --------------------------------------------------------------------------------


def test_mnist_is_downloaded_checked_and_extracted(mnist, tmp_path, monkeypatch, capfd):
    files = {f"{file}.gz": (DATA_ROOT / "MNIST/raw" / f"{file}.gz").read_bytes() for file in SHAPES}
    monkeypatch.chdir(tmp_path)
    with mirror(files) as (address, requests):
        source = replace(SOURCES["mnist"], mirrors=(closed_address(), address))
        monkeypatch.setitem(SOURCES, "mnist", source)
        loaded = load_dataset("mnist", "data\x1b")
    np.testing.assert_array_equal(loaded.train.images, mnist.train.images)
    np.testing.assert_array_equal(loaded.test.labels, mnist.test.labels)
    assert requests == list(files)
    assert capfd.readouterr() == ("", "downloading MNIST into data\\x1b/MNIST/raw ...\n")


@pytest.mark.parametrize("name", SOURCES)
def test_checksums_are_the_publishers_and_mirrors_are_https(name):
    source = SOURCES[name]
    resources = getattr(torchvision.datasets, source.title).resources
    md5 = {file.removesuffix(".gz"): f"md5:{digest}" for file, digest in resources}
    if name == "mnist":
        for file in SHAPES:
            body = (DATA_ROOT / "MNIST/raw" / f"{file}.gz").read_bytes()
            assert md5[file] == f"md5:{hashlib.md5(body).hexdigest()}"
            assert source.archives[file] == f"sha256:{hashlib.sha256(body).hexdigest()}"
            assert source.sha256[file] == hashlib.sha256(gzip.decompress(body)).hexdigest()
    else:
        assert source.archives == md5
    assert len(source.mirrors) > 1
    assert all(m.startswith("https://") and m.endswith("/") for m in source.mirrors)


def test_intact_archives_are_only_extracted(tmp_path, capfd):
    put_archives(tmp_path)
    fetch_tiny(tmp_path, closed_address())
    assert_tiny_is_extracted(tmp_path)
    assert capfd.readouterr() == ("", "")


def test_extracted_files_need_neither_network_nor_write_permission(tmp_path, monkeypatch):
    for file in SHAPES:
        (tmp_path / file).touch()
    before = tmp_path.stat().st_mtime_ns
    monkeypatch.setattr(os, "mkdir", lambda *_: pytest.fail("a folder was made"))
    fetch_tiny(tmp_path, closed_address())
    assert tmp_path.stat().st_mtime_ns == before


def test_the_next_mirror_is_tried(tmp_path):
    """After one without the files, one whose files are cut short, and one whose are others."""
    with (
        mirror({}) as (empty, _),
        mirror(ARCHIVES, cut_short) as (damaged, _),
        mirror(OTHERS) as (wrong, _),
        mirror(ARCHIVES) as (good, _),
    ):
        fetch_tiny(tmp_path, closed_address(), empty, damaged, wrong, good)
    assert_tiny_is_extracted(tmp_path)


def test_a_slow_download_is_not_cut_off(tmp_path):
    checksums = {TEST_LABELS: CHECKSUMS[TEST_LABELS]}
    with mirror(ARCHIVES, drip) as (address, _):
        started = time.monotonic()
        fetch("Tiny", checksums, [address], tmp_path, answer_seconds=0.3)
    assert time.monotonic() - started > 0.3
    assert (tmp_path / TEST_LABELS).exists()


def test_a_damaged_archive_is_downloaded_anew(tmp_path):
    put_archives(tmp_path)
    (tmp_path / f"{TEST_IMAGES}.gz").write_bytes(b"damaged")
    with mirror(ARCHIVES) as (address, requests):
        fetch_tiny(tmp_path, address)
    assert requests == [f"{TEST_IMAGES}.gz"]
    assert_tiny_is_extracted(tmp_path)


def test_several_at_once_do_not_disturb_each_other(tmp_path):
    with mirror(ARCHIVES) as (address, _), ThreadPoolExecutor() as pool:
        for fetched in [pool.submit(fetch_tiny, tmp_path, address) for _ in range(3)]:
            fetched.result()
    assert_tiny_is_extracted(tmp_path)


# --- what is said when it fails, and what is left behind ------------------------------------------


def test_without_a_network_the_dataset_is_unavailable(tmp_path):
    remedy = "copy the four .gz files there"
    with tells(DatasetUnavailable, f"Tiny is not in {tmp_path}", remedy) as caught:
        fetch_tiny(tmp_path, closed_address(), closed_address())
    assert str(caught.value).count("refused") == 1  # one reason, not one for each mirror
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("files", "respond", "reason"),
    [
        ({}, write_at_once, f"{TRAIN_IMAGES}.gz: 404"),
        (ARCHIVES, cut_short, f"{TRAIN_IMAGES}.gz: IncompleteRead"),
        (OTHERS, write_at_once, f"{TRAIN_IMAGES}.gz: it arrived damaged"),
        (ARCHIVES, stall, f"{TRAIN_IMAGES}.gz: timed out"),
    ],
    ids=["not there", "truncated", "wrong checksum", "falls silent"],
)
def test_a_mirror_that_fails_is_reported_and_nothing_is_left_behind(
    tmp_path, files, respond, reason
):
    started = time.monotonic()
    with mirror(files, respond) as (address, _), tells(DatasetUnavailable, reason, "copy the four"):
        fetch_tiny(tmp_path, address)
    assert time.monotonic() - started < 5
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_archive_without_a_network_is_named(tmp_path):
    put_archives(tmp_path)
    archive = tmp_path / f"{TEST_LABELS}.gz"
    archive.write_bytes(b"damaged")
    with tells(DatasetUnavailable, f"{archive} is damaged and could not be", "refused", "copy the"):
        fetch_tiny(tmp_path, closed_address())
    assert archive.read_bytes() == b"damaged"


def test_a_disk_that_fills_up_is_reported_and_leaves_no_half_written_file(tmp_path, monkeypatch):
    def fill_up(_, target) -> None:
        target.write(b"half")
        raise OSError(28, "No space left on device")

    put_archives(tmp_path)
    monkeypatch.setattr(shutil, "copyfileobj", fill_up)
    with tells(UserError, str(tmp_path), "No space left", "make room"):
        fetch_tiny(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(ARCHIVES)


def test_a_folder_that_cannot_be_written_is_reported(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with tells(UserError, str(tmp_path / "file" / "raw"), "another data folder"):
        fetch_tiny(tmp_path / "file" / "raw")

    def refuse(path, *_) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    put_archives(tmp_path)
    monkeypatch.setattr(os, "mkdir", refuse)  # as a read-only folder does, except to root
    with tells(UserError, str(tmp_path), "Permission denied", "change its permissions"):
        fetch_tiny(tmp_path)
