"""Finished runs side by side: a table of their figures, their learning curves and their drift."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from rich.box import SIMPLE_HEAD
from rich.table import Table

from common.cli.command_line import FREE_ON_RESUME
from common.cli.figures import Curve, draw_drift, draw_learning_curves
from common.runs import run_folder
from common.runs.options import TorchRunOptions
from common.runs.progress import say
from data.datasets import Split, load_dataset
from train_numpy import make_model, predict

CURVES = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
LEARNING_CURVES = "learning_curves.png"
DRIFT = "drift.png"


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


@dataclass(frozen=True)
class Group:
    """Runs that differ by their seeds alone."""

    name: str
    runs: list[ComparedRun]

    @property
    def dtype(self) -> str:
        """Their precision."""
        return self.runs[0].options.dtype

    @property
    def curve(self) -> Curve:
        """Their losses and accuracies, each (runs, epochs)."""
        columns = {
            name: np.array([run.files.history[name] for run in self.runs]) for name in CURVES
        }
        return Curve(self.name, self.dtype, **columns)


def read_run(folder: Path) -> ComparedRun:
    """Read a run folder.

    Raises:
        UserError: where there is no finished run, or a file is damaged or of another run.
    """
    options = run_folder.read_options(folder, TorchRunOptions)
    return ComparedRun(run_folder.FinishedRun(folder), options)


def grouped(runs: Sequence[ComparedRun]) -> list[Group]:
    """The runs by tier and options, seeds apart; float32 first.

    A group has its tier's name or, where that would be two groups' name, a folder's.
    """
    groups: dict[Any, list[ComparedRun]] = {}
    for run in runs:
        options = run.options.model_dump(exclude={"seed", "threads", *FREE_ON_RESUME})
        groups.setdefault((run.files.tier, *map(str, options.items())), []).append(run)
    of_group = sorted(groups.values(), key=lambda group: group[0].options.dtype)
    keys = [(group[0].files.tier, group[0].options.dtype) for group in of_group]
    return [
        Group(tier if keys.count((tier, dtype)) == 1 else group[0].files.folder.name, group)
        for (tier, dtype), group in zip(keys, of_group, strict=True)
    ]


def print_table(groups: list[Group]) -> None:
    """One row per group, each run measured against tier 1's of the same precision and seed."""
    runs = [run for group in groups for run in group.runs]
    datasets = ", ".join(dict.fromkeys(run.options.dataset for run in runs))
    table = Table(
        title=f"The tiers on {datasets}", box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0)
    )
    for column in ("tier", "dtype"):
        table.add_column(column, no_wrap=True)
    for column in (
        "epochs",
        "train\nloss",
        "validation\naccuracy",
        "test\naccuracy",
        "s per\nepoch",
        "weights\ndiffer",
        "other\nlabels",
    ):
        table.add_column(column, justify="right", no_wrap=True)
    for group in groups:
        history = [run.files.history for run in group.runs]
        differing = [differences(run, reference(run, runs)) for run in group.runs]
        compared = [pair for pair in differing if pair is not None]
        table.add_row(
            group.name,
            group.dtype,
            str(len(history[0]["epoch"])),
            mean_and_deviation([h["train_loss"][-1] for h in history], "{:.4f}".format),
            mean_and_deviation([h["validation_accuracy"][-1] for h in history], percent),
            mean_and_deviation([run.files.test.test_accuracy for run in group.runs], percent),
            f"{mean(run.seconds for run in group.runs):.2f}",
            f"{max(weight for weight, _ in compared):.1e}" if compared else "-",
            f"{max(labels for _, labels in compared)}" if compared else "-",
        )
    say(table)
    say(
        "The last two columns: the largest difference of any weight, and how many of the test\n"
        "set's predictions differ, from tier 1's run of the same dtype and seed (or the first one)."
    )
    if len(groups) < len(runs):
        say("With several seeds: mean ± standard deviation, and the largest differences.")


def percent(share: float) -> str:
    """0.9841 -> 98.41%."""
    return f"{share:.2%}"


def mean_and_deviation(values: Sequence[float], written: Callable[[float], str]) -> str:
    """One number as it is; of several the mean and the standard deviation (of a sample)."""
    if len(values) == 1:
        return written(values[0])
    return f"{written(mean(values))} ± {written(stdev(values))}"


def reference(run: ComparedRun, runs: Sequence[ComparedRun]) -> ComparedRun:
    """What this run is measured against: tier 1's of its precision and seed, or the first."""
    start = (run.options.dtype, run.options.seed)
    same = [other for other in runs if (other.options.dtype, other.options.seed) == start]
    return next((other for other in same if other.files.tier == "numpy"), same[0])


def differences(run: ComparedRun, to: ComparedRun) -> tuple[float, int] | None:
    """Largest difference of a weight, and number of differing test predictions.

    None where there is nothing to compare: the run itself, or a network of other sizes.
    """
    shapes = [{name: w.shape for name, w in each.files.weights.items()} for each in (run, to)]
    if run is to or shapes[0] != shapes[1]:
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


def draw(groups: list[Group], folder: Path) -> dict[str, Path]:
    """Draw the learning curves and, where several runs share a start, their drift.

    Returns:
        The figures, by what they show.
    """
    dataset = groups[0].runs[0].options.dataset
    curves = [group.curve for group in groups]
    draw_learning_curves(curves, f"Learning curves on {dataset}", folder / LEARNING_CURVES)
    drawn = {"learning curves": folder / LEARNING_CURVES}

    drifts = {}
    for dtype in ("float32", "float64"):
        starts: dict[int, list[Float[np.ndarray, " steps"]]] = {}
        for group in groups:
            for run in group.runs:
                if run.options.dtype == dtype:
                    starts.setdefault(run.options.seed, []).append(run.step_losses)
        apart = [spread_of(losses) for losses in starts.values() if len(losses) > 1]
        if apart:
            steps = min(map(len, apart))
            drifts[dtype] = np.max([series[:steps] for series in apart], axis=0)
    if drifts:
        title = f"Largest difference between the tiers in the loss of each step, on {dataset}"
        draw_drift(drifts, title, folder / DRIFT)
        drawn["drift"] = folder / DRIFT
    return drawn


def spread_of(losses: Sequence[Float[np.ndarray, " _"]]) -> Float[np.ndarray, " steps"]:
    """Largest minus smallest loss of each step that all of these runs have made."""
    steps = min(map(len, losses))
    return np.ptp([series[:steps] for series in losses], axis=0)
