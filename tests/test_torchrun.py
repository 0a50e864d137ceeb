"""The train scripts under torchrun: processes that are killed or interrupted, and bad input.

More kills by KILLS=20 make test ARGS="tests/test_torchrun.py -k killed"
"""

import contextlib
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from test_parallel import DIGITS, DROPOUT, SHARED_TIERS, in_processes, train_run
from test_resume import assert_same_bits
from train_scripts import assert_one_line, read_csv, read_tensors

from tiers import TIERS

PATIENCE_SECONDS = 120
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


def wait_for(path):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not path.exists():
        assert time.monotonic() < deadline, f"no {path}"
        time.sleep(0.01)


def said(tmp_path, stream, attempt=0):
    """What all processes have printed."""
    paths = sorted(tmp_path.glob(f"log/*/attempt_{attempt}/*/{stream}.log"))
    assert len(paths) == 2
    return "".join(path.read_text() for path in paths)


@pytest.mark.parametrize("number", range(int(os.environ.get("KILLS", "3"))))
def test_a_killed_training_is_started_again_and_ends_with_the_same_bits(number, tmp_path):
    """Each time another process is killed in another epoch, of either tier."""
    tier, killed, epoch = SHARED_TIERS[number % 2], number // 2 % 2, 1 + number % 9
    options = ["--epochs", "12", *DROPOUT]
    again = ("--max-restarts", "1")
    with torchrun(tier, tmp_path, *options, "--resume", launcher=again) as process:
        wait_for(tmp_path / "run" / "checkpoint.safetensors")
        while len(read_csv(tmp_path / "run" / "history.csv")) < epoch:
            time.sleep(0.01)
        processes = workers(process)
        victim, other = processes.pop(killed), processes[0]
        victim.kill()
        other.wait(10)
        assert process.wait(PATIENCE_SECONDS) == 0
    line = rf"process {1 - killed} of 2: another process of this training has ended, or has not "
    assert_one_line(said(tmp_path, "stderr"), line + "answered for 120 seconds; torchrun starts it")
    assert said(tmp_path, "stderr", attempt=1) == ""
    in_processes(train_run, tmp_path / "whole", tier, *options)
    assert_same_bits(tmp_path / "run", tmp_path / "whole")


def test_ctrl_c_ends_all_at_one_step_with_one_checkpoint(tmp_path):
    with torchrun("paper", tmp_path, "--epochs", "10000") as process:
        wait_for(tmp_path / "run" / "checkpoint.safetensors")
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_SECONDS)
    assert said(tmp_path, "stderr") == ""
    assert said(tmp_path, "stdout").count("stopped in epoch") == 1
    tensors, _ = read_tensors(tmp_path / "run" / "checkpoint.safetensors")
    assert len(tensors["steps.loss"]) == tensors["optimizer.step"] > 0
    assert not (tmp_path / "run" / "test.json").exists()


@pytest.mark.parametrize(
    ("tier", "options", "message"),
    [
        ("numpy", [], "tier 1 trains in one process, and torchrun has started 2; use pytorch_low"),
        ("lowlevel", ["--batch-size", "1"], "--batch-size 1: 2 processes share each minibatch"),
        ("paper", ["--batch-norm"], "--batch-norm: on CPUs PyTorch .* use tier 2, "),
    ],
)
def test_bad_input_gets_one_line_and_leaves_nothing(tier, options, message, tmp_path):
    with torchrun(tier, tmp_path, *options) as process:
        assert process.wait(PATIENCE_SECONDS) == 1
    assert_one_line(said(tmp_path, "stderr"), message)
    assert not (tmp_path / "run").exists()
