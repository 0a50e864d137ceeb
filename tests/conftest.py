"""Shared by the tests of the train scripts."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from common.cli.command_line import run_script
from tiers import TIERS

ROOT = Path(__file__).parent.parent


@pytest.fixture(params=TIERS)
def tier(request) -> str:
    """Has the test run once for each tier."""
    return request.param


@pytest.fixture
def script(monkeypatch, capsys):
    """Run a tier's script; return its exit code and what it wrote to stderr."""

    def run(tier, arguments):
        monkeypatch.setattr(sys, "argv", ["train.py", *arguments])
        with pytest.raises(SystemExit) as exit_info:
            run_script(TIERS[tier].module("train").main)
        return exit_info.value.code, capsys.readouterr().err

    return run


@pytest.fixture
def trained():
    """Begins trainings of the page."""
    from play.limits import Setup
    from play.training import PageTraining

    def begin(**options):
        return PageTraining(Setup(**{"count": 60, "batch_size": 16} | options))

    return begin


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory, mnist_root) -> Path:
    """The static site, built once by the first of the workers that needs it."""
    if shutil.which("node") is None:
        pytest.skip("needs node")
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # which all workers share
    built, runs = folder / "site", folder / "runs_of_the_site"
    with FileLock(folder / "site.lock"):
        if not built.exists():
            # A model that is soon trained; its accuracy is not what the tests are about.
            train = [
                "numpy/train_numpy.py",
                "--epochs",
                "1",
                "--threads",
                "1",
                "--run-dir",
                str(runs / "numpy"),
            ]
            build = ["-m", "website", "--output", str(built), "--runs", str(runs)]
            for arguments in (train, build):
                command = [sys.executable, *arguments, "--data-root", str(mnist_root)]
                done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
                assert done.returncode == 0, done.stderr
    return built


@pytest.fixture(scope="session")
def site(site_folder) -> Iterator[str]:
    """The address of the static site, served below a path, without a slash at its end."""
    from website.serve import listen  # the student edition has none

    with listen(site_folder.parent, 0) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{site_folder.name}"
        server.shutdown()
