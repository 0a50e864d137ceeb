"""Finished runs, side by side in a table.

Runs that differ in tier, precision and seed alone are one training, and are measured against each
other. Runs of other options are only shown beside each other, named by the options that differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import isnan
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from rich.box import SIMPLE_HEAD
from rich.table import Table

from common.cli.command_line import FREE_ON_RESUME
from common.options import option_value
from common.runs import run_folder
from common.runs.options import TorchRunOptions
from common.runs.progress import print_line
from data.datasets import Split, load_dataset
from train_numpy import make_model, predict


@dataclass(frozen=True)
class ComparedRun:
    """A finished run with its options."""

    files: run_folder.FinishedRun
    options: TorchRunOptions

    @property
    def seconds(self) -> float:
        """Of the steps of an epoch, the median."""
        return median(self.files.history["seconds"])

    @property
    def step_losses(self) -> Float[np.ndarray, " steps"]:
        """The loss of each step."""
        return np.array(self.files.steps["loss"])

    @property
    def training(self) -> dict[str, str]:
        """The options that make a training what it is in every tier, precision and seed."""
        apart = {"seed", "dtype", "threads", *FREE_ON_RESUME}
        return {
            field: option_text(field, getattr(self.options, field))
            for field in type(self.options).option_fields()
            if field not in apart
        }

    @property
    def start(self) -> tuple[str, ...]:
        """Runs for which this is the same compute the same, but for rounding."""
        seed, dtype = str(self.options.seed), self.options.dtype
        return (dtype, seed, *self.training.values())


@dataclass(frozen=True)
class Group:
    """Runs that differ by their seeds alone.

    Attributes:
        runs: these.
        differing: the options in which the compared groups differ, tier and dtype apart.
    """

    runs: list[ComparedRun]
    differing: list[str]

    @property
    def tier(self) -> str:
        """The tier's name."""
        return self.runs[0].files.tier

    @property
    def dtype(self) -> str:
        """Their precision."""
        return self.runs[0].options.dtype

    @property
    def name(self) -> str:
        """The tier, and the options that differ: such as "paper: hidden 512, activation tanh"."""
        return ": ".join(filter(None, [self.tier, ", ".join(self.differing)]))


def option_text(field: str, value: Any) -> str:
    """An option and its value, as a legend says it: "hidden 256 128", "no nesterov"."""
    name = field.replace("_", " ")
    if value is None or isinstance(value, bool):
        return name if value else f"no {name}"
    return f"{name} {option_value(value)}"


def read_run(folder: Path) -> ComparedRun:
    """Read a run folder.

    Raises:
        UserError: where there is no finished run, or a file is damaged or of another run.
    """
    options = run_folder.read_options(folder, TorchRunOptions)
    return ComparedRun(run_folder.FinishedRun(folder), options)


def grouped(runs: Sequence[ComparedRun]) -> list[Group]:
    """The runs by tier, precision and options, seeds apart; float32 first."""
    groups: dict[tuple[str, ...], list[ComparedRun]] = {}
    for run in runs:
        key = (run.options.dtype, run.files.tier, *run.training.values())
        groups.setdefault(key, []).append(run)
    trainings = [run.training for run in runs]
    differing = [name for name in trainings[0] if len({each[name] for each in trainings}) > 1]
    return [
        Group(group, [group[0].training[name] for name in differing])
        for group in sorted(groups.values(), key=lambda group: group[0].options.dtype)
    ]


def datasets_of(groups: Sequence[Group]) -> str:
    """Such as "mnist", or "moons, xor"."""
    datasets = {run.options.dataset: None for group in groups for run in group.runs}
    return ", ".join(datasets)


def print_table(groups: Sequence[Group]) -> None:
    """One row per group, each run measured against tier 1's run of the same training."""
    runs = [run for group in groups for run in group.runs]
    differing = [[differences(run, reference(run, runs)) for run in group.runs] for group in groups]
    compared = [[pair for pair in pairs if pair is not None] for pairs in differing]
    title = f"{'Runs' if groups[0].differing else 'The tiers'} on {datasets_of(groups)}"
    table = Table(title=title, box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for column in ("tier", "dtype", *["options"] * bool(groups[0].differing)):
        table.add_column(column, no_wrap=True)
    columns = ["epochs", "train\nloss", "validation\naccuracy", "test\naccuracy", "s per\nepoch"]
    if any(compared):
        columns += ["weights\ndiffer", "other\nlabels"]
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    for group, pairs in zip(groups, compared, strict=True):
        history = [run.files.history for run in group.runs]
        row = [
            group.tier,
            group.dtype,
            *["\n".join(group.differing)] * bool(group.differing),
            str(len(history[0]["epoch"])),
            mean_and_deviation([h["train_loss"][-1] for h in history], "{:.4f}".format),
            accuracies([h["validation_accuracy"][-1] for h in history]),
            accuracies([run.files.test.test_accuracy for run in group.runs]),
            f"{mean(run.seconds for run in group.runs):.2f}",
        ]
        if pairs:
            classified = group.runs[0].files.test.test_accuracy is not None
            row += [
                f"{max(weight for weight, _ in pairs):.1e}",
                f"{max(labels for _, labels in pairs)}" if classified else "-",
            ]
        elif any(compared):
            row += ["-", "-"]
        table.add_row(*row)
    print_line(table)
    if any(compared):
        print_line(
            "The last two columns: the largest difference of any weight, and how many of the test\n"
            "set's predictions differ, from tier 1's run of the same dtype and seed (or the first"
            " one)."
        )
    if len(groups) < len(runs):
        print_line("Of several runs: mean ± standard deviation, and the largest differences.")


def percent(share: float) -> str:
    """0.9841 -> 98.41%."""
    return f"{share:.2%}"


def accuracies(values: Sequence[float | None]) -> str:
    """Their mean and standard deviation; a dash in regression, which has none."""
    measured = [value for value in values if value is not None and not isnan(value)]
    return mean_and_deviation(measured, percent) if measured else "-"


def mean_and_deviation(values: Sequence[float], written: Callable[[float], str]) -> str:
    """One number as it is; of several the mean and the standard deviation (of a sample)."""
    if len(values) == 1:
        return written(values[0])
    return f"{written(mean(values))} ± {written(stdev(values))}"


def reference(run: ComparedRun, runs: Sequence[ComparedRun]) -> ComparedRun:
    """What this run is measured against: tier 1's from the same start, or the first of them."""
    same = [other for other in runs if other.start == run.start]
    return next((other for other in same if other.files.tier == "numpy"), same[0])


def differences(run: ComparedRun, to: ComparedRun) -> tuple[float, int] | None:
    """Largest difference of a weight, and number of differing test predictions.

    None where there is nothing to compare: the run itself.
    """
    if run is to:
        return None
    weights, others = run.files.weights, to.files.weights
    largest = max(float(abs(weights[name] - others[name]).max()) for name in weights)
    return largest, int((test_predictions(run) != test_predictions(to)).sum())


def test_predictions(run: ComparedRun) -> Int[np.ndarray, " n"]:
    """What the run's weights predict for its test set, in the run's own precision."""
    options = run.options
    test, classes = test_set(options.dataset, options.data_root, options.dtype)
    model = make_model(options, test.images.shape[1], classes)
    model.load_state_dict(run.files.weights)
    model.eval()
    return predict(model.forward(test.images))


@cache
def test_set(dataset: str, data_root: Path, dtype: str) -> tuple[Split, int]:
    """The test examples and the number of classes, loaded once for all runs."""
    loaded = load_dataset(dataset, data_root, dtype, download=False)
    return loaded.test, loaded.classes
