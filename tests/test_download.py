"""Downloading: what it leaves on disk, and what it says when it cannot."""

import gzip
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torchvision.datasets
from idx_files import SHAPES, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, tells

from common.errors import UserError
from data.download import fetch
from data.mnist import DatasetUnavailable, load_dataset

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def restored_socket_timeout() -> Iterator[None]:
    yield
    socket.setdefaulttimeout(None)


Respond = Callable[[BaseHTTPRequestHandler, bytes], None]


@contextmanager
def mirror(files: dict[str, bytes], respond: Respond | None = None) -> Iterator[tuple[str, list]]:
    """Serve `files` by HTTP on the loopback; yield the address and the list of requests so far.

    `respond` writes the body of an answer to GET, by default the whole file at once. Requests for
    other hosts are answered too: the server can stand in for a proxy.
    """
    requests = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(f"{self.command} {self.path}")
            body = files.get(self.path.rpartition("/")[2])
            if body is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                # torchvision closes its first GET, made to find redirects, unread.
                with suppress(ConnectionError):
                    (respond or write_at_once)(self, body)

        do_HEAD = do_GET  # noqa: N815 - http.server's naming

        def log_message(self, *_) -> None:
            pass

    def write_at_once(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", requests
        finally:
            server.shutdown()
            thread.join()


def closed_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/"


@contextmanager
def silent_mirror() -> Iterator[str]:
    """A server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def set_proxies(monkeypatch, http: str, https: str) -> None:
    for variable in ("no_proxy", "NO_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("http_proxy", http)
    monkeypatch.setenv("https_proxy", https)


@pytest.fixture
def tiny(monkeypatch) -> dict[str, bytes]:
    """Four small archives that torchvision takes for those of Fashion-MNIST."""
    files = {f"{file}.gz": gzip.compress(file.encode() * 50) for file in SHAPES}
    resources = [(file, hashlib.md5(body).hexdigest()) for file, body in files.items()]
    monkeypatch.setattr(torchvision.datasets.FashionMNIST, "resources", resources)
    for variable in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    return files


def set_mirrors(monkeypatch, *addresses: str) -> None:
    monkeypatch.setattr(torchvision.datasets.FashionMNIST, "mirrors", list(addresses))


def assert_tiny_is_extracted(root: Path) -> None:
    raw = root / "FashionMNIST" / "raw"
    assert {path.name for path in raw.iterdir()} == {*SHAPES, *(f"{file}.gz" for file in SHAPES)}
    for file in SHAPES:
        assert (raw / file).read_text() == file * 50


def test_download_through_a_proxy_end_to_end(mnist, tmp_path, monkeypatch, capfd):
    """The real files, the real child, torchvision's own mirrors: the first one is out of reach."""
    raw = REPOSITORY / "data" / "MNIST" / "raw"
    files = {f"{file}.gz": (raw / f"{file}.gz").read_bytes() for file in SHAPES}
    monkeypatch.chdir(tmp_path)
    with mirror(files) as (address, requests):
        set_proxies(monkeypatch, http=address, https=closed_address())
        loaded = load_dataset("mnist", Path("data"))
    np.testing.assert_array_equal(loaded.train.images, mnist.train.images)
    np.testing.assert_array_equal(loaded.test.labels, mnist.test.labels)
    assert any(TEST_LABELS in request for request in requests)
    captured = capfd.readouterr()
    assert captured.err == "downloading MNIST into data/MNIST/raw ...\n"
    assert captured.out == ""


def test_intact_archives_are_only_extracted(mnist, tmp_path, monkeypatch, capfd):
    closed = closed_address()
    set_proxies(monkeypatch, http=closed, https=closed)
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for file in SHAPES:
        shutil.copy(REPOSITORY / "data" / "MNIST" / "raw" / f"{file}.gz", raw)
    loaded = load_dataset("mnist", tmp_path)
    np.testing.assert_array_equal(loaded.test.images, mnist.test.images)
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_without_a_network_the_dataset_is_unavailable(tmp_path, monkeypatch, capfd):
    closed = closed_address()
    set_proxies(monkeypatch, http=closed, https=closed)
    monkeypatch.chdir(tmp_path)
    # A package of the user's that is also called data must not be taken for ours.
    Path("data").mkdir()
    Path("data/__init__.py").write_text("raise RuntimeError")
    with tells(
        DatasetUnavailable,
        "MNIST is not in data/MNIST/raw",
        "refused",
        "copy the four .gz files there",
        "--dataset digits",
    ):
        load_dataset("mnist", Path("data"))
    assert capfd.readouterr().err == "downloading MNIST into data/MNIST/raw ...\n"


def test_an_address_look_up_that_hangs_does_not_keep_the_child_alive():
    code = (
        "import socket, time; from data.download import _first_to_answer\n"
        "socket.getaddrinfo = lambda *_, **__: time.sleep(60)\n"
        "_first_to_answer(['http://mirror.example/'], 'file', answer_seconds=0.3)"
    )
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert run.stderr.endswith("the network did not answer within 0.3 s\n")


def test_a_silent_server_counts_as_no_network(tiny, tmp_path, monkeypatch):
    with silent_mirror() as silent:
        set_mirrors(monkeypatch, silent)
        started = time.monotonic()
        with tells(DatasetUnavailable, "did not answer within 0.3 s", "--dataset digits"):
            fetch("fashion-mnist", tmp_path, answer_seconds=0.3)
        assert time.monotonic() - started < 2


def test_a_server_that_falls_silent_counts_as_no_network(tiny, tmp_path, monkeypatch):
    finished = threading.Event()

    def stall(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.wfile.write(body[:5])
        handler.wfile.flush()
        finished.wait(10)

    with mirror(tiny, stall) as (address, _):
        set_mirrors(monkeypatch, address)
        with tells(DatasetUnavailable, f"{TRAIN_IMAGES}.gz: timed out", "--dataset digits"):
            fetch("fashion-mnist", tmp_path, answer_seconds=0.3)
        finished.set()
    assert list((tmp_path / "FashionMNIST" / "raw").iterdir()) == []


def test_a_slow_download_is_not_cut_off(tiny, tmp_path, monkeypatch):
    def drip(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        for part in (body[:20], body[20:40], body[40:]):
            handler.wfile.write(part)
            handler.wfile.flush()
            time.sleep(0.15)

    with mirror(tiny, drip) as (address, _):
        set_mirrors(monkeypatch, address)
        started = time.monotonic()
        fetch("fashion-mnist", tmp_path, answer_seconds=0.3)
        assert time.monotonic() - started > 4 * 0.3
    assert_tiny_is_extracted(tmp_path)


def test_the_next_mirror_is_tried(tiny, tmp_path, monkeypatch):
    """After a mirror that is silent, one without the files, and one whose files are cut short."""

    def cut_short(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.wfile.write(body[:-1])

    with (
        silent_mirror() as silent,
        mirror({}) as (empty, _),
        mirror(tiny, cut_short) as (damaged, _),
        mirror(tiny) as (good, _),
    ):
        set_mirrors(monkeypatch, silent, empty, damaged, good)
        fetch("fashion-mnist", tmp_path, answer_seconds=0.3)
    assert_tiny_is_extracted(tmp_path)


def test_a_download_that_is_cut_short_leaves_nothing_behind(tiny, tmp_path, monkeypatch):
    def cut_short(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.wfile.write(body[:-1])

    with mirror(tiny, cut_short) as (address, _):
        set_mirrors(monkeypatch, address)
        with tells(DatasetUnavailable, f"{TRAIN_IMAGES}.gz: File not found or corrupted"):
            fetch("fashion-mnist", tmp_path)
    assert list((tmp_path / "FashionMNIST" / "raw").iterdir()) == []


def test_a_damaged_archive_is_downloaded_anew(tiny, tmp_path, monkeypatch):
    raw = tmp_path / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for file, body in tiny.items():
        (raw / file).write_bytes(body)
    (raw / f"{TEST_IMAGES}.gz").write_bytes(b"damaged")
    with mirror(tiny) as (address, requests):
        set_mirrors(monkeypatch, address)
        fetch("fashion-mnist", tmp_path)
    assert {request.rpartition("/")[2] for request in requests} == {f"{TEST_IMAGES}.gz"}
    assert_tiny_is_extracted(tmp_path)


def test_a_damaged_archive_without_a_network_is_named(tiny, tmp_path, monkeypatch):
    raw = tmp_path / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    archive = raw / f"{TEST_LABELS}.gz"
    archive.write_bytes(b"damaged")
    set_mirrors(monkeypatch, closed_address())
    with tells(UserError, str(archive), "MD5", "refused", "delete the file or copy it anew"):
        fetch("fashion-mnist", tmp_path)
    assert archive.read_bytes() == b"damaged"
