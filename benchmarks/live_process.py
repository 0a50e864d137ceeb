"""The parent's side of a contender's process: start it, ask it to compute, know it is idle."""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from benchmarks.contenders import Entry
from benchmarks.workloads import Workload
from common.configuration import REPOSITORY

CLOCK_TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measured:
    """The answer to one request: samples per second, or the reason why there is none."""

    samples_per_second: float | None
    error: str | None = None


class LiveProcess:
    """One contender in a process of its own, which computes when asked and is blocked otherwise.

    Args:
        entry: the contender.
        data_root: folder that holds MNIST/raw.
        environment: its environment variables.
        log: takes what the libraries print.
    """

    def __init__(
        self, entry: Entry, data_root: Path, environment: dict[str, str], log: TextIO
    ) -> None:
        self.entry = entry
        if entry.kernels == "openblas":
            environment = {k: v for k, v in environment.items() if k != "OPENBLAS_CORETYPE"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", entry.key, str(data_root.resolve())],
            cwd=REPOSITORY,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        self.libraries: list[dict[str, Any]] = []

    def wait_until_ready(self) -> None:
        """Wait for its libraries and the data to be loaded; a failure shows when it is asked."""
        self.libraries = self._read().get("libraries", [])
        self.wait_until_idle()

    def measure(self, workload: Workload, warm_up: float, seconds: float) -> Measured:
        """How fast the contender is, and wait until its threads sleep again."""
        request = {"workload": asdict(workload), "warm_up": warm_up, "seconds": seconds}
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return Measured(None, "its process ended")
        answer = self._read()
        if "error" in answer:
            return Measured(None, answer["error"])
        self.wait_until_idle()
        return Measured(answer["steps"] * workload.batch_size / answer["seconds"])

    def _read(self) -> dict[str, Any]:
        line = self.process.stdout.readline()
        if not line:
            return {"error": f"its process ended with exit code {self.process.wait()}"}
        return json.loads(line)

    def wait_until_idle(self, patience: float = 1.0) -> None:
        """Wait until the process takes no processor time any more.

        The threads of a matrix product go on spinning for a while after it, so that the next one
        finds them awake: 26 ms in OpenBLAS, up to 200 ms in OpenMP libraries. Users have it so,
        and forbidding it (OMP_WAIT_POLICY=passive) would slow down what is measured. It is waited
        out instead.
        """
        deadline = time.monotonic() + patience
        before = self.processor_seconds()
        while before is not None and time.monotonic() < deadline:
            time.sleep(3 * CLOCK_TICK)
            now = self.processor_seconds()
            if now == before:
                return
            before = now
        if before is None:  # no /proc on this system
            time.sleep(0.2)

    def processor_seconds(self) -> float | None:
        """What all threads of the process have computed so far; None where it cannot be known."""
        try:
            stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        except OSError:
            return None
        # Behind the name, which is in parentheses and may hold spaces; utime and stime.
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * CLOCK_TICK

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self.process.kill()
        self.process.communicate()
