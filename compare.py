"""Train the three tiers from the same start, or read run folders, and compare them.

    python compare.py                        trains, prints a table, draws two figures
    python compare.py runs/numpy runs/paper  compares runs that are there already

Each tier trains in a process of its own, one after the other: the thread pools of NumPy's and of
torch's matrix products would otherwise wait for each other on the same cores.
"""

if __name__ == "__main__":  # from here on, Ctrl-C during an import leaves without a traceback
    from common.keeping.interrupts import leave_while_importing

    leave_while_importing()

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import tyro
from jaxtyping import Float, Int
from pydantic import Field
from rich.box import SIMPLE_HEAD
from rich.table import Table

from common.keeping import run_folder
from common.keeping.arguments import parse_options
from common.keeping.command_line import run_script
from common.keeping.figures import Curve, draw_drift, draw_learning_curves
from common.keeping.memory import check_memory
from common.keeping.options import REPOSITORY, PaperRunOptions
from common.keeping.progress import say
from common.mathematics.configuration import option_name
from data.datasets import DatasetUnavailable, load_dataset
from data.errors import UserError
from tiers import TIERS
from train_numpy import make_model, predict

OWN_FOLDER = REPOSITORY / "runs" / "compare"
CURVES = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
LEARNING_CURVES = "learning_curves.png"
DRIFT = "drift.png"


class Comparison(PaperRunOptions):
    """What to train and compare; the options are those of the train scripts."""

    runs: tyro.conf.Positional[tuple[Path, ...]] = Field(
        (), description="run folders to compare instead of training"
    )


@dataclass(frozen=True)
class ComparedRun:
    """A finished run with its options and, as `curve`, its losses and accuracies per epoch."""

    files: run_folder.FinishedRun
    options: PaperRunOptions
    curve: Curve

    @property
    def seconds(self) -> list[float]:
        """Of the steps of each epoch."""
        return self.files.history["seconds"]

    @property
    def step_losses(self) -> Float[np.ndarray, " steps"]:
        """The loss of each step."""
        return np.array(self.files.steps["loss"])


def main(arguments: list[str]) -> None:
    comparison = parse_options(Comparison, arguments, __doc__)
    if comparison.resume:
        raise UserError("--resume: resume a tier's run with its train script, then compare them")
    folder = comparison.run_dir or OWN_FOLDER
    # Two comparisons at once would mix their runs.
    with run_folder.lock(folder):
        if comparison.runs:
            runs = [read_run(path) for path in comparison.runs]
        else:
            check_memory(comparison, "paper")  # the largest of the three
            comparison = use_available_data(comparison)
            runs = [read_run(path) for path in train_all(comparison, folder)]
        drawn = draw(runs, folder)  # first: a word that cannot be printed loses no figure
        print_table(runs)
        for name, path in drawn.items():
            say(f"{name:15} -> {path}")


def use_available_data(comparison: Comparison) -> Comparison:
    """The same comparison; on digits, with a line that says so, where there is no MNIST."""
    try:
        load_dataset(comparison.dataset, comparison.data_root, comparison.dtype)
    except DatasetUnavailable as error:
        if comparison.dataset != "mnist":
            raise
        print(f"{error}; going on with scikit-learn's digits instead", file=sys.stderr)
        # Validated anew: not every batch size for MNIST is one for digits.
        return Comparison.model_validate(comparison.model_dump() | {"dataset": "digits"})
    return comparison


def train_all(comparison: Comparison, folder: Path) -> list[Path]:
    """Train every tier in float32 and float64; the folders of the runs."""
    folders = []
    for dtype in ("float32", "float64"):
        for name, tier in TIERS.items():
            run_dir = folder / f"{name}-{dtype}"
            changes: dict[str, Any] = {"dtype": dtype, "run_dir": run_dir}
            if comparison.run_dir is None:
                # This script's own folder is there to be replaced; a folder of the user's is not.
                changes["overwrite"] = True
            options = command_line(comparison.model_copy(update=changes), name)
            say(f"\n{name}, {dtype}, on {comparison.dataset}")
            exit_code = subprocess.run([sys.executable, tier.script, *options]).returncode
            if exit_code != 0:
                raise SystemExit(exit_code)
            folders.append(run_dir)
    return folders


def command_line(options: PaperRunOptions, tier: str) -> list[str]:
    """The arguments that make a tier's train script read these options."""
    arguments: list[str] = []
    for field in TIERS[tier].options.model_fields:
        value = getattr(options, field)
        match value:
            case None | False:
                pass
            case True:
                arguments.append(option_name(field))
            case tuple():
                arguments += [option_name(field), *map(str, value)]
            case _:
                arguments += [option_name(field), str(value)]
    return arguments


def read_run(folder: Path) -> ComparedRun:
    """Read a run folder.

    Raises:
        UserError: where there is no finished run, or a file is damaged or of another run.
    """
    options = run_folder.read_options(folder, PaperRunOptions)
    files = run_folder.FinishedRun(folder)
    curves = {name: files.history[name] for name in CURVES}
    return ComparedRun(files, options, Curve(files.tier, options.dtype, **curves))


def print_table(runs: list[ComparedRun]) -> None:
    """One row per run, each measured against the first run of tier 1 in the same precision."""
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
    for run in runs:
        table.add_row(
            run.files.tier,
            run.options.dtype,
            str(len(run.seconds)),
            f"{run.curve.train_loss[-1]:.4f}",
            f"{run.curve.validation_accuracy[-1]:.2%}",
            f"{run.files.test.test_accuracy:.2%}",
            f"{median(run.seconds):.2f}",
            *differences(run, reference(run, runs)),
        )
    say(table)
    say(
        "The last two columns: the largest difference of any weight, and how many of the test\n"
        "set's predictions differ, from the first run of the same dtype, tier 1's if there is one."
    )


def reference(run: ComparedRun, runs: list[ComparedRun]) -> ComparedRun:
    """The run that this one is measured against: tier 1 of the same precision, or the first."""
    same = [other for other in runs if other.options.dtype == run.options.dtype]
    return next((other for other in same if other.files.tier == "numpy"), same[0])


def differences(run: ComparedRun, to: ComparedRun) -> tuple[str, str]:
    """Largest difference of a weight and number of differing test predictions, as text."""
    shapes = [{name: w.shape for name, w in each.files.weights.items()} for each in (run, to)]
    if run is to or shapes[0] != shapes[1]:
        return "-", "-"
    weights, others = run.files.weights, to.files.weights
    largest = max(float(abs(weights[name] - others[name]).max()) for name in weights)
    differing = int((test_predictions(run) != test_predictions(to)).sum())
    return f"{largest:.1e}", str(differing)


def test_predictions(run: ComparedRun) -> Int[np.ndarray, " n"]:
    """What the run's weights predict for its test set, in the run's own precision."""
    options = run.options
    dataset = load_dataset(options.dataset, options.data_root, options.dtype, download=False)
    model = make_model(options, dataset.test.images.shape[1], dataset.classes)
    model.load_state_dict(run.files.weights)
    model.eval()
    return predict(model.forward(dataset.test.images))


def draw(runs: list[ComparedRun], folder: Path) -> dict[str, Path]:
    """Draw the learning curves and, where several runs share a precision, their drift.

    Returns:
        The figures, by what they show.
    """
    folder.mkdir(parents=True, exist_ok=True)
    dataset = runs[0].options.dataset
    curves = [run.curve for run in runs]
    draw_learning_curves(curves, f"Learning curves on {dataset}", folder / LEARNING_CURVES)
    drawn = {"learning curves": folder / LEARNING_CURVES}

    drifts = {}
    for dtype in ("float32", "float64"):
        losses = [run.step_losses for run in runs if run.options.dtype == dtype]
        if len(losses) > 1:
            steps = min(map(len, losses))
            drifts[dtype] = np.ptp([series[:steps] for series in losses], axis=0)
    if drifts:
        title = f"Largest difference between the tiers in the loss of each step, on {dataset}"
        draw_drift(drifts, title, folder / DRIFT)
        drawn["drift"] = folder / DRIFT
    return drawn


if __name__ == "__main__":
    run_script(main)
