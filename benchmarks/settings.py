"""What the commands of this folder share: options, statistics, tables and files."""

import os
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from common.cli.command_options import CommandOptions
from common.options import option
from common.runs.environment import installed_version
from common.runs.options import REPOSITORY
from data.datasets import Dataset, load_dataset

Spread = dict[str, float]
MEDIAN, MEAN = "{median:.2f} ({q1:.2f} - {q3:.2f})", "{mean:.4g} ± {deviation:.2g}"


class Options(CommandOptions):
    """The options of every benchmark."""

    folder: Path = option(REPOSITORY / "runs" / "benchmarks")
    """where results are kept"""
    seed: int = option(0, ge=0, lt=2**32)
    """of the order of the measurements"""
    threads: int | None = option(None, ge=1, le=1024)
    """of the matrix products (what the libraries take if None)"""
    rounds: int = option(5, ge=1, le=10_000)
    """how often everything is measured"""

    def prepare(self) -> Dataset:
        """Limit the threads, make the folder, load MNIST; UserError where that is not possible."""
        if self.threads:
            threadpool_limits(self.threads)
            for library in ("OMP", "OPENBLAS", "MKL"):  # for processes that are started
                os.environ[f"{library}_NUM_THREADS"] = str(self.threads)
        self.make_folder()
        return load_dataset("mnist", self.data_root)

    def interleave(
        self, names: Iterable[str], measure: Callable[[str, int], dict[str, float]]
    ) -> dict[str, dict[str, Spread]]:
        """Measure each name in every round, in a new random order; the spreads by name."""
        rows: dict[str, list[dict[str, float]]] = {name: [] for name in names}
        order = random.Random(self.seed)
        for number in range(self.rounds):
            for name in order.sample(list(rows), len(rows)):
                rows[name].append(measure(name, number))
        return {name: spreads(measured) for name, measured in rows.items()}

    def save(self, name: str, results: Mapping[str, Any], **surroundings: Any) -> Path:
        """Write a command's results, with the versions of its contenders, and print where."""
        peers = {peer: installed_version(peer) for peer in ("scikit-learn", "jax", "keras")}
        path = super().save(name, results, **peers, **surroundings)
        print(f"results -> {path}")
        return path


def spread(values: Iterable[float]) -> Spread:
    """Median, quartiles, smallest and largest; mean and standard deviation."""
    values = list(values)
    quartiles = map(float, np.quantile(values, [0.5, 0.25, 0.75, 0.0, 1.0]))
    named = dict(zip(("median", "q1", "q3", "min", "max"), quartiles, strict=True))
    return named | {"mean": mean(values), "deviation": stdev(values) if values[1:] else 0.0}


def spreads(rows: Sequence[dict[str, float]]) -> dict[str, Spread]:
    """The spread of each column."""
    return {name: spread(row[name] for row in rows) for name in rows[0]}


def print_table(
    title: str, results: Mapping[str, Mapping[str, Spread | None]], cell: str = MEDIAN
) -> None:
    """A row for each name, a column for each quantity; `cell` is MEDIAN or MEAN."""
    table = Table(title=title, box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for index, column in enumerate(("", *next(iter(results.values())))):
        table.add_column(column, justify="right" if index else "left", no_wrap=True)
    for name, quantities in results.items():
        table.add_row(name, *(cell.format(**s) if s else "-" for s in quantities.values()))
    Console(width=max(150, Console().width)).print(table)
