"""The train scripts by the name of their tier, what they write, and what they say."""

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open

from common.cli.command_line import parse
from common.runs.run import Run
from common.training import Training
from data.datasets import Dataset, load_dataset
from tiers import TIERS

TRAIN_SCRIPTS = {name: tier.module("train") for name, tier in TIERS.items()}


def train_watched(
    tier: str,
    arguments: list[str],
    dataset: Dataset | None = None,
    after_step: Callable[[Training], None] = lambda training: None,
) -> None:
    """What a train script does with these arguments, and what is to be done after each step."""
    options = parse(TIERS[tier].options, tier, "", arguments)
    dataset = dataset or load_dataset(options.dataset, options.data_root, options.dtype)
    with Run(options, tier) as run:
        for training in run.steps(TIERS[tier].train_steps, dataset):
            after_step(training)


def stop_after(step: int) -> Callable[[Training], None]:
    """What ends a training after that step (1, 2, ...)."""

    def stop(training: Training) -> None:
        training.stop_requested |= training.step == step

    return stop


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def read_tensors(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The arrays of a file of tensors, and its metadata."""
    with safe_open(path, framework="numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, json.loads(  # noqa: SIM118
            file.metadata()["json"]
        )


def read_json(path: Path) -> dict[str, Any]:
    """A JSON file."""
    return json.loads(path.read_text())


def run_child(program, *arguments):
    """The last line that a Python program prints; it must end well, and write nothing to stderr."""
    command = [sys.executable, "-W", "error", "-c", program, *arguments]
    child = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (child.returncode, child.stderr) == (0, "")
    return child.stdout.splitlines()[-1]


def no_data(*_):
    """Stands in for `load_dataset` where nothing may be loaded."""
    pytest.fail("data was loaded before the input was checked")


def assert_one_line(error, message):
    """Check an error message against the beginning of what it must be, a regular expression."""
    assert re.match("error: " + message, error), error
    assert error.count("\n") == 1 and error.endswith("\n"), error
