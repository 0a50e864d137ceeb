"""Measure the server of the page: frames a second, latency, and memory after many sessions.

A page's requests without a browser, one after the other, to python -m play in a process of its own.
What a browser needs to draw a frame comes on top of it.
"""

import http.client
import json
import subprocess
import sys
import time
from typing import Any

import psutil

from benchmarks.settings import Options, Spread, print_table, spread
from common.cli.command_line import run_script
from common.options import option
from common.runs.options import REPOSITORY

# 32 hidden units, and curves of three tiers.
SETUP = {"hidden": [16, 16], "dataset": "spiral", "epochs": 1_000}
STEPS = 10  # minibatches in a frame


class PageOptions(Options):
    """The options of this command."""

    frames: int = option(300, ge=2, le=100_000)
    """that are timed of each set-up"""
    sessions: int = option(1_000, ge=10, le=100_000)
    """that are opened and closed"""


class Server:
    """python -m play, and a client that keeps its connection."""

    def __init__(self) -> None:
        started = time.perf_counter()
        command = [sys.executable, "-m", "play", "--port", "0", "--no-browser"]
        self.child = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        assert self.child.stdout is not None
        port = int(self.child.stdout.readline().rstrip("/\n").rpartition(":")[2])
        self.client = http.client.HTTPConnection("127.0.0.1", port)
        self.client.request("GET", "/api/options")
        self.client.getresponse().read()
        self.ready_seconds = time.perf_counter() - started
        self.process = psutil.Process(self.child.pid)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.child.terminate()
        with self.child:
            pass

    def post(self, path: str, asked: dict[str, Any]) -> bytes:
        """What is answered; a refusal ends the measurement."""
        self.client.request("POST", f"/api/sessions{path}", json.dumps(asked))
        answer = self.client.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return body

    def open(self, **setup: Any) -> str:
        """The path of a new session with this set-up."""
        path = "/" + json.loads(self.post("", {}))["session"]
        self.post(f"{path}/setup", SETUP | setup)
        return path


def time_frames(server: Server, frames: int, **setup: Any) -> dict[str, Spread]:
    """Latency and size of frames in which the training goes on."""
    path = server.open(**setup)
    seconds, sizes, step = [], [], 0
    for _ in range(frames):
        started = time.perf_counter()
        body = server.post(f"{path}/frame", {"until": step + STEPS, "steps_from": step})
        seconds.append(time.perf_counter() - started)
        sizes.append(len(body) / 1024)
        step = json.loads(body)["step"]
    server.post(f"{path}/end", {})
    return {
        "ms": spread(1_000 * s for s in seconds),
        "frames/s": spread(1 / s for s in seconds),
        "kB": spread(sizes),
    }


def megabytes(server: Server) -> float:
    """Memory of the server's process."""
    return server.process.memory_info().rss / 1024**2


def main(arguments: list[str]) -> None:
    options = PageOptions.parse(arguments, __doc__)
    options.make_folder()
    with Server() as server:
        results = {
            f"tier 1, {dtype}": time_frames(server, options.frames, dtype=dtype)
            for dtype in ("float32", "float64")
        }
        results["all three"] = time_frames(server, options.frames, tier="all")
        first = options.sessions // 10
        memory = []
        for count in range(options.sessions):
            path = server.open()
            server.post(f"{path}/frame", {"until": 1})
            server.post(f"{path}/end", {})
            if count + 1 in (first, options.sessions):
                memory.append(megabytes(server))
        threads = server.process.num_threads()
    print_table(f"{options.frames} frames of {STEPS} minibatches", results)
    print(f"ready after {server.ready_seconds:.2f} s")
    print(
        f"memory after {first:,} sessions {memory[0]:.0f} MB, after {options.sessions:,}"
        f" {memory[1]:.0f} MB, with {threads} threads"
    )
    about = {"memory": memory, "threads": threads, "ready": server.ready_seconds}
    options.save("page", {"frames": results} | about)


if __name__ == "__main__":
    run_script(main)
