"""The train scripts under torchrun: processes that are killed or interrupted, and bad input."""

import contextlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import torch.distributed as dist
from test_parallel import DIGITS, DROPOUT, in_processes, train_run
from test_resume import assert_same_bits
from train_scripts import assert_one_line, read_tensors

from common.distributed import process_group, torchrun_env
from tiers import TIERS

PATIENCE_SECONDS = 120
LONG = ["--epochs", "20", *DROPOUT]
KILLED = {"lowlevel": 0, "paper": 1}  # a rank of each tier
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")


@contextlib.contextmanager
def torchrun(tier, tmp_path, *options, launcher=()):
    """A train script in two processes, which keep what they print in files."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", *launcher]
    command += ["--nproc-per-node", "2", "--log-dir", str(tmp_path / "log"), "--redirects", "3"]
    command += [str(TIERS[tier].script), *DIGITS, "--run-dir", str(tmp_path / "run"), *options]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
                process.kill()


def workers(process):
    """The processes that train, in the order of their ranks."""
    found = [
        (int(child.environ()["RANK"]), child)
        for child in psutil.Process(process.pid).children()
        if "RANK" in child.environ()
    ]
    return [child for _, child in sorted(found, key=lambda pair: pair[0])]


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def said(tmp_path, stream, attempt=0):
    """What all processes have printed."""
    paths = sorted(tmp_path.glob(f"log/*/attempt_{attempt}/*/{stream}.log"))
    assert len(paths) == 2
    return "".join(path.read_text() for path in paths)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A run of each tier that nobody has killed."""
    folder = tmp_path_factory.mktemp("whole")
    in_processes(train_whole, folder)
    return folder


def train_whole(rank, folder):
    for tier in KILLED:
        train_run(rank, folder / tier, tier, *LONG)


@pytest.mark.parametrize(("tier", "rank"), KILLED.items())
def test_a_killed_training_is_started_again_and_ends_with_the_same_bits(
    tier, rank, whole, tmp_path
):
    line = "of 2: another process of this training has ended, or has not answered for 120 seconds; "
    with torchrun(tier, tmp_path, *LONG, "--resume", launcher=("--max-restarts", "1")) as process:
        wait_for(lambda: epochs_kept(tmp_path) > 1)
        processes = workers(process)
        processes.pop(rank).kill()
        processes[0].wait(10)
        wait_for(lambda: said(tmp_path, "stderr").endswith("\n"))
        reported = rf"process {1 - rank} {line}torchrun starts it again"
        assert_one_line(said(tmp_path, "stderr"), reported)
        assert process.wait(PATIENCE_SECONDS) == 0
    assert said(tmp_path, "stderr", attempt=1) == ""
    assert_same_bits(tmp_path / "run", whole / tier)


def epochs_kept(tmp_path):
    """So many are in the run's history."""
    history = tmp_path / "run" / "history.csv"
    return history.read_text().count("\n") - 1 if history.exists() else 0


def test_ctrl_c_ends_all_at_one_step_with_one_checkpoint(tmp_path):
    with torchrun("paper", tmp_path, "--epochs", "10000") as process:
        wait_for((tmp_path / "run" / "checkpoint.safetensors").exists)
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_SECONDS)
    assert said(tmp_path, "stderr") == ""
    assert said(tmp_path, "stdout").count("stopped in epoch") == 1
    tensors, _ = read_tensors(tmp_path / "run" / "checkpoint.safetensors")
    assert len(tensors["steps.loss"]) == tensors["optimizer.step"] > 0
    assert not (tmp_path / "run" / "test.json").exists()


def test_bad_input_gets_one_line_and_leaves_nothing(tmp_path):
    with torchrun("paper", tmp_path, "--batch-norm") as process:
        assert process.wait(PATIENCE_SECONDS) == 1
    assert_one_line(said(tmp_path, "stderr"), "--batch-norm: on CPUs PyTorch .* use tier 2, ")
    assert not (tmp_path / "run").exists()


def test_tier_1_refuses_several_processes_and_one_of_them_reports_it(script, monkeypatch):
    monkeypatch.setattr(torchrun_env, "PATIENCE_SECONDS", 0)
    for name, value in {"TORCHELASTIC_RUN_ID": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "0"}.items():
        monkeypatch.setenv(name, value)
    code, error = script("numpy", DIGITS)
    assert code == 2
    assert_one_line(error, "tier 1 trains in one process, and torchrun has started 2; use pytorch_")
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert script("numpy", DIGITS) == (2, "")


@pytest.mark.parametrize(
    ("restarts", "allowed", "reported"),
    [
        (("1", "1"), "3", "torchrun starts it again"),
        (("1", "1"), "1", "start it again, on every machine, with --resume"),
        (("1", "0"), "3", "the machines have restarted it 1, 0 times and do not find each other: "),
        (("1",), "3", "torchrun starts it again"),  # the other has not come so far
    ],
)
def test_a_lost_process_is_reported_with_the_fix(restarts, allowed, reported, monkeypatch):
    elastic = {"RUN_ID": "1", "RESTART_COUNT": "1", "MAX_RESTARTS": allowed}
    for name, value in {f"TORCHELASTIC_{name}": value for name, value in elastic.items()}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GROUP_WORLD_SIZE", "2")
    store = dist.HashStore()
    for machine, count in enumerate(restarts):
        store.set(process_group.restarts_of(str(machine)), count)
    assert process_group.recovery_hint(store).startswith(reported)
