"""The models of finished runs on disk, reread when a run is written."""

import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from common.runs.options import REPOSITORY
from common.runs.run_folder import CHECKPOINT, CONFIG, TEST, FinishedRun
from data.errors import UserError
from play.digit_models import DigitModel, ModelUnavailable
from play.limits import TORCH_REMEDY, page_words
from tiers import TIERS


def read_model(tier: str, folder: Path) -> DigitModel:
    """A tier's model, with the weights of a finished run on MNIST.

    Raises:
        UserError: where the folder holds no such run, or a damaged one.
    """
    run = FinishedRun(folder)
    if (run.tier, run.options.dataset) != (tier, "mnist"):
        raise UserError(f"{shown(folder)} holds a run of {run.tier} on {run.options.dataset}")
    if run.options.loss == "mean-squared-error":
        raise UserError(
            f"{shown(folder)} was trained with the squared error, which gives no probabilities"
        )
    on_cpu = run.options.replace(device="cpu")
    accuracy = run.test.test_accuracy
    assert accuracy is not None  # that of a regression
    return DigitModel(tier, on_cpu, run.weights, accuracy)


class RunModels:
    """The models of a folder of runs, reread when a run is written.

    Args:
        runs: the folder. A tier's run is in the folder of its name, as its train script leaves
            it, or where compare.py leaves its own.
    """

    def __init__(self, runs: Path) -> None:
        self.runs = runs
        self.place = shown(runs)
        self._read: dict[str, tuple[Any, DigitModel]] = {}

    def find(self, tier: str) -> DigitModel:
        """This tier's model. Raises ModelUnavailable."""
        reasons = []
        compared = sorted((self.runs / "compare").glob(f"{tier}-float32-seed*"))
        for folder in (self.runs / tier, *compared):
            try:
                return self._find_in(tier, folder)
            except ModelUnavailable as missing:
                reasons.append(missing)
        raise reasons[0]

    def _find_in(self, tier: str, folder: Path) -> DigitModel:
        if tier != "numpy" and find_spec("torch") is None:
            raise ModelUnavailable(
                TORCH_REMEDY, '.venv/bin/python -m pip install --editable ".[torch]"'
            )
        if not (folder / TEST).is_file():
            raise self._no_run(tier, folder)
        key = folder, (folder / TEST).stat().st_mtime_ns
        if tier not in self._read or self._read[tier][0] != key:
            try:
                self._read[tier] = key, read_model(tier, folder)
            except UserError as error:
                raise ModelUnavailable(
                    page_words(error), self._command(tier, "--overwrite")
                ) from None
        return self._read[tier][1]

    def _no_run(self, tier: str, folder: Path) -> ModelUnavailable:
        if (folder / CHECKPOINT).is_file():
            reason = f"The run in {shown(folder)} isn't finished."
            return ModelUnavailable(reason, self._command(tier, "--resume"))
        again = ["--overwrite"] if (folder / CONFIG).is_file() else []
        return ModelUnavailable(f"{shown(folder)} holds no run yet.", self._command(tier, *again))

    def _command(self, tier: str, *options: str) -> str:
        script = TIERS[tier].script.relative_to(REPOSITORY)
        elsewhere = self.runs != REPOSITORY / "runs"
        place = ["--run-dir", shown(self.runs / tier)] if elsewhere else []
        return shlex.join(["python", str(script), *place, *options])


def shown(folder: Path) -> str:
    """A folder as the page names it: within the repository, from there."""
    inside = folder.is_relative_to(REPOSITORY)
    return str(folder.relative_to(REPOSITORY) if inside else folder)
