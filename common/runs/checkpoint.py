"""The checkpoint: all that a resumed run needs to go on as if it had never stopped.

Weights, the optimizer's state and what every step measured are tensors; epoch, seconds and history
are JSON in the same file's header. One file is replaced at once or not at all, so its parts always
belong together. Nothing is pickled: no code runs on loading. The learning-rate schedule and the
random numbers are functions of the step, and need not be kept.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from common.runs.files import FileDigest, as_user_error, read_tensors, write_tensors
from common.training import EPOCH_COLUMNS, Epoch, History, TrainingState


def save_checkpoint(path: Path, config: FileDigest, state: TrainingState) -> FileDigest:
    """Write the checkpoint, and return its digest.

    Args:
        config: the digest of the run folder's config.json.
        state: of the training.

    Raises:
        UserError: as `files.write_file`.
    """
    history = state.history
    tensors = {
        "steps.loss": np.array(history.losses, dtype=np.float64),
        "steps.gradient_norm": np.array(history.gradient_norms, dtype=np.float64),
        "steps.right": np.array(history.right, dtype=np.int64),
    }
    for owner in ("model", "optimizer"):
        for name, array in getattr(state, owner).items():
            tensors[f"{owner}.{name}"] = array
    position = {
        "config": config.sha256,
        "seconds": state.seconds,
        "epochs": [asdict(epoch) for epoch in history.epochs],
    }
    return write_tensors(path, tensors, position)


def load_checkpoint(path: Path, config: FileDigest, steps_per_epoch: int) -> TrainingState:
    """Read the state that a training resumes from.

    Args:
        config: the digest of the run folder's config.json as it is now.

    Raises:
        UserError: where the file is damaged, or of another run.
    """
    tensors, position = read_tensors(path, "does not exist; train first")
    with as_user_error(path):
        if position["config"] != config.sha256:
            raise ValueError("it does not belong to this config.json")
        states: dict[str, dict[str, np.ndarray]] = {"steps": {}, "model": {}, "optimizer": {}}
        for key, tensor in tensors.items():
            owner, _, name = key.partition(".")
            states[owner][name] = tensor
        history = _read_history(position["epochs"], states["steps"], steps_per_epoch)
        seconds = float(position["seconds"])
    return TrainingState(history, seconds, states["model"], states["optimizer"])


def _read_history(
    epochs: list[dict[str, Any]], steps: Mapping[str, np.ndarray], steps_per_epoch: int
) -> History:
    form = {"loss": np.float64, "gradient_norm": np.float64, "right": np.int64}
    if {name: array.dtype for name, array in steps.items()} != form or any(
        array.shape != (len(steps["loss"]),) for array in steps.values()
    ):
        raise ValueError("it does not hold loss, gradient norm and predictions of each step")
    # All steps of the epochs before, and some or all of the one that runs.
    done = len(steps["loss"]) - len(epochs) * steps_per_epoch
    if not 0 <= done <= steps_per_epoch or not np.isfinite(steps["loss"]).all():
        raise ValueError(f"its steps are not those of a run in epoch {len(epochs) + 1}")
    return History(
        epochs=[
            Epoch(number, *(float(row[name]) for name in EPOCH_COLUMNS[1:]))
            for number, row in enumerate(epochs, start=1)
        ],
        losses=steps["loss"].tolist(),
        gradient_norms=steps["gradient_norm"].tolist(),
        right=steps["right"].tolist(),
    )
