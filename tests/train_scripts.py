"""The train scripts by the name of their tier, and the tables that they write."""

import csv
from pathlib import Path

import train_lowlevel
import train_numpy
import train_paper

TRAIN_SCRIPTS = {"numpy": train_numpy, "lowlevel": train_lowlevel, "paper": train_paper}


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
