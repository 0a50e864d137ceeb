"""The train scripts by the name of their tier, and the tables that they write."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open

from common.keeping.command_line import parse
from common.keeping.run import Run
from data.datasets import Dataset, load_dataset
from tiers import TIERS

TRAIN_SCRIPTS = {name: tier.module("train") for name, tier in TIERS.items()}


def train_watched(
    tier: str, arguments: list[str], dataset: Dataset | None = None, **watchers: Any
) -> None:
    """What a train script does with these arguments, but watched: after_step, after_epoch."""
    options = parse(TIERS[tier].options, tier, "", arguments)
    dataset = dataset or load_dataset(options.dataset, options.data_root, options.dtype)
    with Run(options, tier, **watchers) as run:
        TIERS[tier].train(options, dataset, run)


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
