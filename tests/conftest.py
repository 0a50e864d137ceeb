"""Shared by the tests of the train scripts."""

import sys

import pytest

from common.cli.command_line import run_script
from tiers import TIERS


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
