"""Output that cannot be written costs nothing: the files are there, and no word is said of it."""

import os
import subprocess
import sys

import pytest

from common.runs.progress import readable
from common.runs.run_folder import FILES
from tiers import TIERS

OPTIONS = ["--dataset", "digits", "--hidden", "6", "--epochs", "3", "--run-dir"]
NUMPY = TIERS["numpy"].script
needs_full_disk = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")


def assert_finished(done, folder):
    assert (done.returncode, done.stderr) == (0, "")
    assert set(FILES) <= {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("device", [pytest.param("/dev/full", marks=needs_full_disk), os.devnull])
def test_a_full_disk_behind_standard_output(device, tmp_path):
    with open(device, "w") as output:
        done = subprocess.run(
            [sys.executable, NUMPY, *OPTIONS, tmp_path],
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert_finished(done, tmp_path)


@pytest.mark.parametrize("unbuffered", [True, False])
def test_a_reader_that_has_gone(unbuffered, tmp_path):
    flags = ["-u"] if unbuffered else []
    script = [sys.executable, *flags, NUMPY, *OPTIONS, tmp_path, "--epochs", "150"]
    with subprocess.Popen(script, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        run.stdout.readline()
        run.stdout.close()
        error = run.stderr.read()
    assert (run.returncode, error) == (0, "")
    assert set(FILES) <= {path.name for path in tmp_path.iterdir()}


def test_a_name_that_the_terminal_cannot_show(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    folder = tmp_path / "Läufe"
    done = subprocess.run(
        [sys.executable, NUMPY, *OPTIONS, folder], capture_output=True, text=True, check=False
    )
    assert_finished(done, folder)
    assert done.stdout.splitlines()[-1].endswith(r"L\xe4ufe")


@needs_full_disk
def test_the_comparison_draws_its_figures_before_it_prints(tmp_path):
    subprocess.run(
        [sys.executable, NUMPY, *OPTIONS, tmp_path / "run"], check=True, capture_output=True
    )
    with open("/dev/full", "w") as output:
        script = [sys.executable, NUMPY.parent.parent / "compare.py", tmp_path / "run"]
        done = subprocess.run(
            [*script, "--run-dir", tmp_path / "compared"],
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "compared" / "learning_curves.png").exists()


@pytest.mark.parametrize(
    "loss, text",
    [(0.12345, "0.1235"), (float("nan"), "nan"), (4e54, "4.000e+54"), (-2e9, "-2.000e+09")],
)
def test_a_loss_is_shown_in_a_dozen_characters(loss, text):
    assert readable(loss) == text
