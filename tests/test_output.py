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


def run(script, *arguments, output=subprocess.DEVNULL):
    """Run a script, which must end well and say nothing on stderr; what it says on stdout."""
    done = subprocess.run(
        [sys.executable, script, *arguments], stdout=output, stderr=subprocess.PIPE, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def assert_finished(folder):
    assert set(FILES) <= {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("device", [pytest.param("/dev/full", marks=needs_full_disk), os.devnull])
def test_a_full_disk_behind_standard_output(device, tmp_path):
    with open(device, "w") as output:
        run(NUMPY, *OPTIONS, tmp_path, output=output)
    assert_finished(tmp_path)


@pytest.mark.parametrize("unbuffered", [True, False])
def test_a_reader_that_has_gone(unbuffered, tmp_path):
    flags = ["-u"] if unbuffered else []
    script = [sys.executable, *flags, NUMPY, *OPTIONS, tmp_path, "--epochs", "150"]
    with subprocess.Popen(
        script, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as done:
        done.stdout.readline()
        done.stdout.close()
        error = done.stderr.read()
    assert (done.returncode, error) == (0, "")
    assert_finished(tmp_path)


def test_a_name_that_the_terminal_cannot_show(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    folder = tmp_path / "Läufe"
    said = run(NUMPY, *OPTIONS, folder, output=subprocess.PIPE)
    assert_finished(folder)
    assert said.splitlines()[-1].endswith(r"L\xe4ufe")


@needs_full_disk
def test_the_comparison_draws_its_figures_before_it_prints(tmp_path):
    run(NUMPY, *OPTIONS, tmp_path / "run")
    script, folder = NUMPY.parent.parent / "compare.py", tmp_path / "compared"
    with open("/dev/full", "w") as output:
        run(script, tmp_path / "run", "--run-dir", folder, output=output)
    assert (folder / "learning_curves.png").exists()


@pytest.mark.parametrize(
    "loss, text",
    [(0.12345, "0.1235"), (float("nan"), "nan"), (4e54, "4.000e+54"), (-2e9, "-2.000e+09")],
)
def test_a_loss_is_shown_in_a_dozen_characters(loss, text):
    assert readable(loss) == text
