"""Several scripts at once: how many at a time, what ends them, and how many threads each has."""

import os
import signal
import threading
import time

import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits
from train_scripts import TRAIN_SCRIPTS, read_json, stop_after, train_watched

from common.cli import job_pool
from common.runs import run_folder
from data.errors import UserError

WAITING = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (pathlib.Path(sys.argv[1] + ".stopped").touch(), exit()))
pathlib.Path(sys.argv[1]).write_text(str(os.getpgrp()))
time.sleep(60)
"""


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM])
def number(request):
    """A signal that is heard: a job in the background may have begun with Ctrl-C ignored."""
    before = signal.signal(request.param, signal.default_int_handler)
    yield request.param
    signal.signal(request.param, before)


def test_a_signal_is_passed_on_once_and_nothing_else_begins(number, tmp_path):
    jobs = [
        job_pool.Job(name, ("-c", WAITING, str(tmp_path / name)), tmp_path, 1)
        for name in ("first", "second", "third")
    ]

    def signal_when_begun():
        while not all((tmp_path / name).exists() for name in ("first", "second")):
            time.sleep(0.01)
        os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    threading.Thread(target=signal_when_begun).start()
    with pytest.raises(SystemExit) as exit_info:
        job_pool.run_jobs(jobs, 2)
    assert exit_info.value.code == 128 + number
    assert signal.getsignal(number) is before
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"first", "first.stopped", "second", "second.stopped"}
    # Each is a process group of its own, which Ctrl-C in a terminal does not reach.
    assert len({os.getpgrp(), *(int((tmp_path / n).read_text()) for n in ("first", "second"))}) == 3


def test_what_a_script_says_last_is_reported(tmp_path):
    def job(code):
        return job_pool.Job("the run", ("-c", code), tmp_path, 1)

    for code, message in (
        ("raise SystemExit('warning\\nerror: it broke')", "the run: it broke"),
        ("import os; os.kill(os.getpid(), 9)", "the run: ended with exit code -9"),
    ):
        with pytest.raises(UserError) as error:
            job_pool.run_jobs([job(code)], 1)
        assert str(error.value) == message


def test_as_many_run_at_a_time_as_are_asked_for(tmp_path):
    code = """
import pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
(folder / sys.argv[2]).touch()
time.sleep(0.2)
print(len(list(folder.glob("run*"))), file=(folder / f"seen{sys.argv[2]}").open("w"))
(folder / sys.argv[2]).unlink()
"""
    jobs = [
        job_pool.Job(name, ("-c", code, str(tmp_path), name), tmp_path, 1)
        for name in ("run1", "run2", "run3")
    ]
    job_pool.run_jobs(jobs, 2)
    seen = {path.name: int(path.read_text()) for path in tmp_path.glob("seen*")}
    assert len(seen) == 3
    assert max(seen.values()) == 2


# --- threads --------------------------------------------------------------------------------------

DIGITS = ["--dataset", "digits", "--hidden", "12"]


def test_threads_are_limited_and_kept(tier, tmp_path):
    options = [*DIGITS, f"--run-dir={tmp_path}", "--threads=2"]
    train_watched(tier, options, after_step=stop_after(3))
    assert read_json(tmp_path / run_folder.CONFIG)["options"]["threads"] == 2
    with pytest.raises(UserError, match=r"--threads 1: the run in .* has 2, and --resume cont"):
        TRAIN_SCRIPTS[tier].main(["--resume", f"--run-dir={tmp_path}", "--threads=1"])
    seen = {}

    def look(training):
        seen.update({library["user_api"]: library["num_threads"] for library in threadpool_info()})
        seen["torch"] = torch.get_num_threads()

    for threads in (2, 1):
        options = [*DIGITS, "--epochs=1", f"--threads={threads}", f"--run-dir={tmp_path / 'run'}"]
        with threadpool_limits(3):
            train_watched(tier, [*options, "--overwrite"], after_step=look)
            assert set(seen.values()) == {threads}
    assert torch.get_num_threads() == 1  # as before, for who trains again in this process
